#pragma once

#include "burin/core/for_each_index.hpp"
#include "burin/kernels/convolution/epilogue.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/convolution/tap_runs.hpp"
#include "burin/kernels/depthwise/choose.hpp"
#include "burin/kernels/depthwise/gradient.hpp"
#include "burin/kernels/depthwise/shared_taps.hpp"
#include "burin/kernels/depthwise/spans.hpp"
#include "burin/kernels/depthwise/tile.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

// Depthwise convolutions: each channel has a kernel of its own, so nothing is summed over channels, and
// vectors of channels are what is multiplied. Here a `Convolution` has as many filters as channels, and
// weights are [kernel..., channels], row-major. Taps that would see zeros around the image are left out.

namespace detail {

/// Where the images of a depthwise product lie, and its kernel.
template <Convolution C, Direction To>
struct DepthwiseImages {
    static constexpr bool to_outputs = To == Direction::to_outputs;
    using Pitch = DepthwisePitches<C>;
    static constexpr Pitches from = to_outputs ? Pitch::x : Pitch::y;
    static constexpr Pitches to = to_outputs ? Pitch::y : Pitch::x;
    static constexpr Pitches taps = Pitch::taps;
    /// Of its lines, where taps are shared, how many elements the first pixel's taps begin before them.
    static constexpr ConvolutionAxis axis = axis_to(C.axes[2], To);
    static constexpr std::ptrdiff_t before = static_cast<std::ptrdiff_t>(axis.before * from.x);
    /// From one tap to the next.
    static constexpr std::ptrdiff_t tap = static_cast<std::ptrdiff_t>(taps.x) * (to_outputs ? 1 : -1);
    static constexpr std::size_t first_tap = to_outputs ? 0 : axis.kernel - 1;
};

/// Lines `begin` … `end` of a run of lines, in tiles that share what they load. Line `top` is at `result`.
template <Convolution C, Direction To, DepthwiseChoice Choice, class Scalar, class Finish>
[[gnu::always_inline]] inline void
shared_taps_lines(const Scalar* source, const Scalar* w, const Scalar* start, Scalar* result, const TapRun& y,
                  std::size_t begin, std::size_t end, std::size_t top, Finish finish) noexcept {
    using At = DepthwiseImages<C, To>;
    constexpr auto& spans = pixel_spans<At::axis, Choice.tile_pixels>;
    core::for_each_index<spans.count>(
        [&]<std::size_t I>(std::integral_constant<std::size_t, I>) __attribute__((always_inline)) {
            constexpr PixelSpan span = pixel_spans<At::axis, Choice.tile_pixels>.spans[I];
            constexpr SharedTaps shared{At::axis.kernel, At::axis.stride, span.pixels, span.begin, span.end};
            DepthwiseTile<Scalar> tile(source, At::from, y, begin, TapRun{.source_tap_step = 1, .taps = 1});
            constexpr std::size_t first_source = span.first * shared.step * At::from.x;
            tile.source += static_cast<std::ptrdiff_t>(first_source) - At::before;
            tile.taps = w + At::taps.of(0, y.tap, At::first_tap);
            tile.tap_line = y.tap_step * At::taps.y;
            tile.tap = At::tap;
            tile.result = result + At::to.of(0, y.first + begin * y.step - top, span.first);
            tile.result_step = At::to.x;
            shared_taps_tiles<shared>(tile, start, end - begin,
                                      static_cast<std::ptrdiff_t>(y.source_step * At::from.y),
                                      y.step * At::to.y, span.tiles, C.channels, finish);
        });
}

/// Lines `top` … `bottom` of result = finish(start + Σ source · w), the outputs of a convolution or of a
/// transposed one; the first of them is at `result`. For some of an image's lines they are made one by one.
template <Convolution C, Direction To, DepthwiseChoice Choice, class Scalar, class Finish>
[[gnu::always_inline]] inline void depthwise_lines(const Scalar* source, const Scalar* w, const Scalar* start,
                                                   Scalar* result, std::size_t top, std::size_t bottom,
                                                   Finish finish) noexcept {
    using At = DepthwiseImages<C, To>;
    for (const TapRun& y : runs_of<C.axes[1], To>.span()) {
        // Of outputs and of whole images: where lines are a step apart, all of them are asked for.
        const std::size_t begin = std::min(y.count, top - std::min(top, y.first)),
                          end = std::min(y.count, bottom - std::min(bottom, y.first));
        if constexpr (Choice.shared_taps > 0) {
            if (begin < end)
                shared_taps_lines<C, To, Choice>(source, w, start, result, y, begin, end, top, finish);
        } else {
            for (std::size_t i = begin; i < end; ++i)
                for (const TapRun& x : runs_of<C.axes[2], To>.span()) {
                    DepthwiseTile<Scalar> tile(source, At::from, y, i, x);
                    tile.taps = w + At::taps.of(0, y.tap, x.tap);
                    tile.tap_line = y.tap_step * At::taps.y;
                    tile.tap = static_cast<std::ptrdiff_t>(x.tap_step * At::taps.x);
                    tile.result = result + At::to.of(0, y.first + i * y.step - top, x.first);
                    tile.result_step = x.step * At::to.x;
                    depthwise_run<Choice>(tile, start, x.count, At::to.x, finish);
                }
        }
    }
}

/// All lines of the images.
template <Convolution C, Direction To, DepthwiseChoice Choice, class Scalar, class Finish>
void depthwise_images(const Scalar* source, const Scalar* w, const Scalar* start, Scalar* result,
                      std::size_t rows, Finish finish) noexcept {
    using At = DepthwiseImages<C, To>;
    constexpr std::size_t lines = To == Direction::to_outputs ? C.axes[1].output : C.axes[1].input;
    for (std::size_t row = 0; row < rows; ++row, source += At::from.z, result += At::to.z)
        depthwise_lines<C, To, Choice>(source, w, start, result, 0, lines, finish);
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

/// Lines `top` … `bottom` of y = epilogue(x ∗ w + b), of one image; the first of them is at `y`.
template <Convolution C, bool HasBias, class Scalar, class Epilogue>
void depthwise_forward_lines(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t top,
                             std::size_t bottom, Epilogue epilogue) noexcept {
    constexpr detail::Direction to = detail::Direction::to_outputs;
    detail::depthwise_lines<C, to, depthwise_choice<ConvolutionProduct::forward, C, Scalar>>(
        x, w, HasBias ? bias : nullptr, y, top, bottom, detail::finish_with(epilogue));
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
