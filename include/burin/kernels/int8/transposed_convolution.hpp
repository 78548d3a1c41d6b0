#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/int8/product.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

// Of the outputs of a transposed convolution along an axis each `stride`-th sees the same taps: so many
// phases are so many products of patches of the input with a part of the weights. `c` is the convolution from
// the output to the input, without dilation and groups: its `channels` are the filters of the layer.

/// One phase along one axis. Tap `first + m · stride` of output number j is made of input `input + j − m`.
struct Int8PhaseAxis {
    std::size_t first = 0;
    std::size_t taps = 0;
    std::size_t input = 0;
    std::size_t outputs = 0;
};

constexpr Int8PhaseAxis int8_phase(const ConvolutionAxis& axis, std::size_t phase) noexcept {
    const std::size_t at = phase + axis.before, first = at % axis.stride;
    return {first, first < axis.kernel ? (axis.kernel - 1 - first) / axis.stride + 1 : 0, at / axis.stride,
            phase < axis.input ? (axis.input - 1 - phase) / axis.stride + 1 : 0};
}

/// How many phases there are along all axes.
constexpr std::size_t int8_phase_count(const Convolution& c) noexcept {
    return c.axes[0].stride * c.axes[1].stride * c.axes[2].stride;
}

/// Calls f(number, phases along the axes) for each phase.
constexpr void for_each_int8_phase(const Convolution& c, const auto& f) noexcept {
    std::size_t number = 0;
    for (std::size_t z = 0; z < c.axes[0].stride; ++z)
        for (std::size_t y = 0; y < c.axes[1].stride; ++y)
            for (std::size_t x = 0; x < c.axes[2].stride; ++x)
                f(number++,
                  std::array{int8_phase(c.axes[0], z), int8_phase(c.axes[1], y), int8_phase(c.axes[2], x)},
                  std::array{z, y, x});
}

/// Bytes that it works with: the patches of as many outputs as a register tile has rows.
constexpr std::size_t int8_transposed_scratch(const Convolution& c) noexcept {
    std::size_t taps = 0;
    for_each_int8_phase(c, [&](std::size_t, const std::array<Int8PhaseAxis, 3>& phase, const auto&) {
        taps = std::max(taps, phase[0].taps * phase[1].taps * phase[2].taps);
    });
    const std::size_t depth = taps * c.filters;
    return int8_tile_rows * (int8_widened_bytes(depth) + depth);
}

/// Where an element of the weights `[kernel…, filters of the layer, its channels]` goes: phase by phase, of
/// each filter the taps that its outputs see, in the order of the inputs.
template <class Function>
constexpr void for_each_int8_transposed_weight(const Convolution& c, const Function& f) noexcept {
    std::size_t to = 0;
    for_each_int8_phase(c, [&](std::size_t number, const std::array<Int8PhaseAxis, 3>& phase, const auto&) {
        const auto tap = [&](std::size_t axis, std::size_t m) {
            return phase[axis].first + (phase[axis].taps - 1 - m) * c.axes[axis].stride;
        };
        for (std::size_t filter = 0; filter < c.channels; ++filter)
            for (std::size_t i = 0; i < phase[0].taps; ++i)
                for (std::size_t j = 0; j < phase[1].taps; ++j)
                    for (std::size_t k = 0; k < phase[2].taps; ++k) {
                        const std::size_t at =
                            (tap(0, i) * c.axes[1].kernel + tap(1, j)) * c.axes[2].kernel + tap(2, k);
                        for (std::size_t channel = 0; channel < c.filters; ++channel)
                            f(number, filter, (at * c.channels + filter) * c.filters + channel, to++);
                    }
    });
}

namespace detail {

/// What one output sees, with `padding` beyond the image.
inline void int8_phase_patch(const Convolution& c, const std::array<Int8PhaseAxis, 3>& phase,
                             const std::array<std::size_t, 3>& place, const std::int8_t* image,
                             std::int8_t padding, std::int8_t* patch) noexcept {
    const std::size_t pixel = c.filters;
    // Inputs of place p are from input + p − (taps − 1) to input + p.
    const auto is_inside = [&](std::size_t axis, std::size_t m, std::size_t& at) {
        at = phase[axis].input + place[axis] + m + 1 - phase[axis].taps;
        return phase[axis].input + place[axis] + m + 1 >= phase[axis].taps && at < c.axes[axis].output;
    };
    for (std::size_t i = 0; i < phase[0].taps; ++i)
        for (std::size_t j = 0; j < phase[1].taps; ++j)
            for (std::size_t k = 0; k < phase[2].taps; ++k, patch += pixel) {
                std::size_t z = 0, y = 0, x = 0;
                if (is_inside(0, i, z) && is_inside(1, j, y) && is_inside(2, k, x))
                    std::memcpy(patch, image + ((z * c.axes[1].output + y) * c.axes[2].output + x) * pixel,
                                pixel);
                else
                    std::memset(patch, padding, pixel);
            }
}

} // namespace detail

/// `outputs` has a bias for each phase and filter, in this order, and factors for each filter. One function
/// for all layers.
template <Rounding Way>
[[gnu::noinline]] void int8_transposed_convolution(const Convolution& c, const std::int8_t* images,
                                                   std::size_t rows, std::int8_t padding,
                                                   const std::int8_t* w, const Int8Outputs<Way>& outputs,
                                                   std::int8_t* result, std::int8_t* scratch) noexcept {
    const std::size_t filters = c.channels;
    for (std::size_t row = 0; row < rows;
         ++row, images += c.output_pixels() * c.filters, result += c.input_pixels() * filters) {
        const std::int8_t* weights = w;
        for_each_int8_phase(c, [&](std::size_t number, const std::array<Int8PhaseAxis, 3>& phase,
                                   const std::array<std::size_t, 3>& at) {
            const std::size_t depth = phase[0].taps * phase[1].taps * phase[2].taps * c.filters;
            std::int8_t* const patches = scratch + int8_tile_rows * int8_widened_bytes(depth);
            Int8Outputs<Way> of_phase = outputs;
            of_phase.bias += number * filters;
            for (std::size_t z = 0; z < phase[0].outputs; ++z)
                for (std::size_t y = 0; y < phase[1].outputs; ++y)
                    for (std::size_t x = 0; x < phase[2].outputs; x += int8_tile_rows) {
                        const std::size_t count = std::min(int8_tile_rows, phase[2].outputs - x);
                        for (std::size_t i = 0; i < count; ++i)
                            detail::int8_phase_patch(c, phase, {z, y, x + i}, images, padding,
                                                     patches + i * depth);
                        const std::size_t line =
                            (z * c.axes[0].stride + at[0]) * c.axes[1].input + y * c.axes[1].stride + at[1];
                        std::int8_t* const to =
                            result + (line * c.axes[2].input + x * c.axes[2].stride + at[2]) * filters;
                        for (std::size_t i = 0; depth == 0 && i < count; ++i)
                            for (std::size_t filter = 0; filter < filters; ++filter)
                                to[i * c.axes[2].stride * filters + filter] = of_phase(0, filter);
                        if (depth == 0)
                            continue;
                        detail::int8_tiles(patches, depth, count, weights, depth, filters, of_phase, to,
                                           c.axes[2].stride * filters, scratch);
                    }
            weights += filters * depth;
        });
    }
}

} // namespace burin::kernels
