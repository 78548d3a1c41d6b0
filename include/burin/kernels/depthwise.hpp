#pragma once

#include "burin/kernels/convolution/finish.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/depthwise/gradient.hpp"
#include "burin/kernels/depthwise/runs.hpp"
#include "burin/kernels/depthwise/tile.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin::kernels {

// Depthwise convolutions: each channel has a kernel of its own, so nothing is summed over channels, and
// vectors of channels are what is multiplied. Here a `Convolution` has as many filters as channels, and
// weights are [kernel..., channels], row-major. Taps that would see zeros around the image are left out.

namespace detail {

/// One image: the pixels of the lines `y_runs` and the columns `x_runs`.
template <std::size_t Taps, std::size_t Step, class Scalar, class Finish>
void depthwise_image(std::span<const TapRun> y_runs, std::span<const TapRun> x_runs, const Scalar* source,
                     const Pitches& from, const Scalar* w, const Pitches& taps, const Scalar* start,
                     Scalar* result, const Pitches& to, Finish finish) noexcept {
    for (const TapRun& y : y_runs)
        for (std::size_t i = 0; i < y.count; ++i)
            for (const TapRun& x : x_runs) {
                DepthwiseTile<Scalar> tile;
                tile.source = source + from.of(0, y.source + i * y.source_step, x.source);
                tile.source_step = x.source_step * from.x;
                tile.source_line = y.source_tap_step * static_cast<std::ptrdiff_t>(from.y);
                tile.source_tap = x.source_tap_step * static_cast<std::ptrdiff_t>(from.x);
                tile.taps = w + taps.of(0, y.tap, x.tap);
                tile.tap_line = y.tap_step * taps.y;
                tile.tap = static_cast<std::ptrdiff_t>(x.tap_step * taps.x);
                tile.lines = x.taps == 0 ? 0 : y.taps;
                tile.taps_of_line = x.taps;
                tile.result = result + to.of(0, y.first + i * y.step, x.first);
                tile.result_step = x.step * to.x;
                depthwise_run<Taps, Step>(tile, start, x.count, to.x, finish);
            }
}

/// Along an axis: the taps of pixels that are so many neighbours apart, if `depthwise_neighbours` is for
/// them.
template <ConvolutionAxis Axis>
inline constexpr std::size_t neighbour_taps =
    Axis.dilation == 1 && Axis.kernel > 1 && Axis.kernel <= 5 ? Axis.kernel : 0;

} // namespace detail

/// y = epilogue(x ∗ w + b).
template <Convolution C, bool HasBias, class Scalar, class Epilogue>
void depthwise_forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows,
                       Epilogue epilogue) noexcept {
    constexpr Pitches from = pitches(C.axes[1].input, C.axes[2].input, C.channels);
    constexpr Pitches to = pitches(C.axes[1].output, C.axes[2].output, C.channels);
    for (std::size_t row = 0; row < rows; ++row, x += from.z, y += to.z)
        detail::depthwise_image<C.axes[2].stride <= 2 ? detail::neighbour_taps<C.axes[2]> : 0,
                                C.axes[2].stride>(
            detail::output_runs_of<C.axes[1]>.span(), detail::output_runs_of<C.axes[2]>.span(), x, from, w,
            pitches(C.axes[1].kernel, C.axes[2].kernel, C.channels), HasBias ? bias : nullptr, y, to,
            detail::finish_with(epilogue));
}

/// dx = derivative(dy ∗ transposed w, activated). dx may be the same memory as activated.
template <Convolution C, class Scalar, class Derivative>
void depthwise_input_gradient(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx,
                              std::size_t rows, Derivative derivative) noexcept {
    constexpr Pitches from = pitches(C.axes[1].output, C.axes[2].output, C.channels);
    constexpr Pitches to = pitches(C.axes[1].input, C.axes[2].input, C.channels);
    const auto finish = detail::finish_with(derivative, activated, static_cast<const Scalar*>(dx));
    for (std::size_t row = 0; row < rows; ++row, dy += from.z, dx += to.z)
        detail::depthwise_image<C.axes[2].stride == 1 ? detail::neighbour_taps<C.axes[2]> : 0, 1>(
            detail::input_runs_of<C.axes[1]>.span(), detail::input_runs_of<C.axes[2]>.span(), dy, from, w,
            pitches(C.axes[1].kernel, C.axes[2].kernel, C.channels), static_cast<const Scalar*>(nullptr), dx,
            to, finish);
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
