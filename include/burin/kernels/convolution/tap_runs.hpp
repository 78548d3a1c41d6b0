#pragma once

#include "burin/kernels/convolution/shape.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin::kernels::detail {

/// Which images are made of which.
enum class Direction {
    to_outputs, ///< A convolution.
    to_inputs,  ///< A transposed convolution: also the gradient of a convolution's input.
};

/// Pixels along an axis that see the same taps, the others seeing zeros around the image only: pixel first +
/// i · step, i < count, is made of the source pixels source + i · source_step + j · source_tap_step and the
/// taps tap + j · tap_step, for j < taps.
struct TapRun {
    std::size_t first = 0;
    std::size_t step = 1;
    std::size_t count = 0;
    std::size_t source = 0;
    std::size_t source_step = 0;
    std::ptrdiff_t source_tap_step = 0;
    std::size_t tap = 0;
    std::size_t tap_step = 1;
    std::size_t taps = 0;
};

template <std::size_t Max>
struct TapRuns {
    std::array<TapRun, Max> runs{};
    std::size_t count = 0;

    constexpr std::span<const TapRun> span() const { return {runs.data(), count}; }

    /// Adds a pixel, to the last run if it goes on with it.
    constexpr void add(const TapRun& pixel) {
        if (count > 0) {
            TapRun& last = runs[count - 1];
            if (last.taps == pixel.taps && last.tap == pixel.tap &&
                pixel.first == last.first + last.count * last.step &&
                (last.taps == 0 || pixel.source == last.source + last.count * last.source_step)) {
                ++last.count;
                return;
            }
        }
        runs[count++] = pixel;
    }
};

/// What output o sees along an axis.
constexpr TapRun output_pixel(const ConvolutionAxis& axis, std::size_t o) {
    TapRun pixel{.first = o,
                 .count = 1,
                 .source_step = axis.stride,
                 .source_tap_step = static_cast<std::ptrdiff_t>(axis.dilation)};
    for (std::size_t k = 0; k < axis.kernel; ++k) {
        const std::size_t at = o * axis.stride + k * axis.dilation;
        if (at < axis.before || at - axis.before >= axis.input)
            continue;
        if (pixel.taps++ == 0) {
            pixel.tap = k;
            pixel.source = at - axis.before;
        }
    }
    return pixel;
}

/// The outputs along an axis that input i is part of.
constexpr TapRun input_pixel(const ConvolutionAxis& axis, std::size_t i) {
    TapRun pixel{.first = i, .step = axis.stride, .count = 1, .source_step = 1};
    for (std::size_t k = 0; k < axis.kernel; ++k) {
        const std::size_t shifted = i + axis.before, back = k * axis.dilation;
        if (shifted < back || (shifted - back) % axis.stride != 0 ||
            (shifted - back) / axis.stride >= axis.output)
            continue;
        const std::size_t o = (shifted - back) / axis.stride;
        if (pixel.taps == 0) {
            pixel.tap = k;
            pixel.source = o;
        } else if (pixel.taps == 1) {
            pixel.tap_step = k - pixel.tap;
            pixel.source_tap_step =
                static_cast<std::ptrdiff_t>(o) - static_cast<std::ptrdiff_t>(pixel.source);
        }
        ++pixel.taps;
    }
    return pixel;
}

/// The outputs along an axis, or its inputs: those a stride apart one after the other.
template <ConvolutionAxis Axis, Direction To>
inline constexpr auto runs_of = [] {
    constexpr bool to_outputs = To == Direction::to_outputs;
    constexpr std::size_t pixels = to_outputs ? Axis.output : Axis.input, step = to_outputs ? 1 : Axis.stride;
    TapRuns<pixels> result;
    for (std::size_t remainder = 0; remainder < std::min(step, pixels); ++remainder)
        for (std::size_t i = remainder; i < pixels; i += step)
            result.add(to_outputs ? output_pixel(Axis, i) : input_pixel(Axis, i));
    return result;
}();

/// How many runs the outputs are.
constexpr std::size_t count_output_runs(const ConvolutionAxis& axis) {
    std::size_t count = 1;
    for (std::size_t o = 1; o < axis.output; ++o) {
        const TapRun before = output_pixel(axis, o - 1), pixel = output_pixel(axis, o);
        count += before.tap != pixel.tap || before.taps != pixel.taps;
    }
    return count;
}

} // namespace burin::kernels::detail
