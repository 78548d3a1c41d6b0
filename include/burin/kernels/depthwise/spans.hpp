#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/convolution/tap_runs.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels::detail {

/// Register tiles of pixels side by side in a line, one after the other. Of the (pixels − 1) · stride +
/// kernel sources that the taps of a tile reach, those from `begin` to `end` are there; the others are beyond
/// the line.
struct PixelSpan {
    std::size_t first = 0; ///< The first pixel.
    std::size_t pixels = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t tiles = 1;
};

template <std::size_t Max>
struct PixelSpans {
    std::array<PixelSpan, Max> spans{};
    std::size_t count = 0;
};

/// The outputs of an axis without dilation, or its inputs where the stride is 1, as the outputs of an axis.
constexpr ConvolutionAxis axis_to(const ConvolutionAxis& axis, Direction to) {
    if (to == Direction::to_outputs)
        return axis;
    return {axis.output, axis.kernel, 1, 1, axis.kernel - 1 - axis.before, axis.input};
}

/// A line in as few tiles of at most so many pixels as there can be, and of nearly the same size.
template <ConvolutionAxis Axis, std::size_t MaxPixels>
inline constexpr auto pixel_spans = [] {
    constexpr std::size_t tiles = (Axis.output + MaxPixels - 1) / MaxPixels, low = Axis.output / tiles;
    PixelSpans<tiles> result;
    std::size_t first = 0;
    for (std::size_t i = 0; i < tiles; ++i) {
        PixelSpan span{.first = first, .pixels = low + (i < Axis.output % tiles ? 1 : 0)};
        const std::size_t source = first * Axis.stride, inputs_end = Axis.input + Axis.before,
                          reached = (span.pixels - 1) * Axis.stride + Axis.kernel;
        span.begin = source < Axis.before ? Axis.before - source : 0;
        span.end = source >= inputs_end ? 0 : std::min(reached, inputs_end - source);
        first += span.pixels;
        PixelSpan* const last = result.count > 0 ? &result.spans[result.count - 1] : nullptr;
        if (last != nullptr && last->pixels == span.pixels && last->begin == span.begin &&
            last->end == span.end)
            ++last->tiles;
        else
            result.spans[result.count++] = span;
    }
    return result;
}();

} // namespace burin::kernels::detail
