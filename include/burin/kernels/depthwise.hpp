#pragma once

#include "burin/kernels/convolution/epilogue.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/convolution/tap_runs.hpp"
#include "burin/kernels/depthwise/choose.hpp"
#include "burin/kernels/depthwise/gradient.hpp"
#include "burin/kernels/depthwise/tile.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

// Depthwise convolutions: each channel has a kernel of its own, so nothing is summed over channels, and
// vectors of channels are what is multiplied. Here a `Convolution` has as many filters as channels, and
// weights are [kernel..., channels], row-major. Taps that would see zeros around the image are left out.

namespace detail {

/// result = finish(start + Σ source · w), the outputs of a convolution or of a transposed one.
template <Convolution C, Direction To, DepthwiseChoice Choice, class Scalar, class Finish>
void depthwise_images(const Scalar* source, const Scalar* w, const Scalar* start, Scalar* result,
                      std::size_t rows, Finish finish) noexcept {
    constexpr Pitches outputs = pitches(C.axes[1].output, C.axes[2].output, C.channels);
    constexpr Pitches inputs = pitches(C.axes[1].input, C.axes[2].input, C.channels);
    constexpr Pitches from = To == Direction::to_outputs ? inputs : outputs;
    constexpr Pitches to = To == Direction::to_outputs ? outputs : inputs;
    constexpr Pitches taps = pitches(C.axes[1].kernel, C.axes[2].kernel, C.channels);
    for (std::size_t row = 0; row < rows; ++row, source += from.z, result += to.z)
        for (const TapRun& y : runs_of<C.axes[1], To>.span())
            for (std::size_t i = 0; i < y.count; ++i)
                for (const TapRun& x : runs_of<C.axes[2], To>.span()) {
                    DepthwiseTile<Scalar> tile(source, from, y, i, x);
                    tile.taps = w + taps.of(0, y.tap, x.tap);
                    tile.tap_line = y.tap_step * taps.y;
                    tile.tap = static_cast<std::ptrdiff_t>(x.tap_step * taps.x);
                    tile.result = result + to.of(0, y.first + i * y.step, x.first);
                    tile.result_step = x.step * to.x;
                    depthwise_run<Choice>(tile, start, x.count, to.x, finish);
                }
}

} // namespace detail

/// y = epilogue(x ∗ w + b).
template <Convolution C, bool HasBias, class Scalar, class Epilogue>
void depthwise_forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows,
                       Epilogue epilogue) noexcept {
    detail::depthwise_images<C, detail::Direction::to_outputs,
                             depthwise_choice<ConvolutionProduct::forward, C, Scalar>>(
        x, w, HasBias ? bias : nullptr, y, rows, detail::finish_with(epilogue));
}

/// dx = derivative(dy ∗ transposed w, activated). dx may be the same memory as activated.
template <Convolution C, class Scalar, class Derivative>
void depthwise_input_gradient(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx,
                              std::size_t rows, Derivative derivative) noexcept {
    detail::depthwise_images<C, detail::Direction::to_inputs,
                             depthwise_choice<ConvolutionProduct::input_gradient, C, Scalar>>(
        dy, w, static_cast<const Scalar*>(nullptr), dx, rows,
        detail::finish_with(derivative, activated, static_cast<const Scalar*>(dx)));
}

/// Each channel `Times` times side by side, and back: the gradient of a channel is the sum of those of its
/// copies, times a derivative.
template <std::size_t Times, class Scalar>
void repeat_channels(const Scalar* pixels, std::size_t count, Scalar* to) noexcept {
    for (std::size_t i = 0; i < count; ++i, to += Times)
        std::fill_n(to, Times, pixels[i]);
}
template <std::size_t Times, class Scalar>
void add_repeated_channels(const Scalar* copies, std::size_t count, Scalar* to) noexcept {
    for (std::size_t i = 0; i < count; ++i, copies += Times) {
        Scalar sum = copies[0];
        for (std::size_t t = 1; t < Times; ++t)
            sum += copies[t];
        to[i] = sum;
    }
}

} // namespace burin::kernels
