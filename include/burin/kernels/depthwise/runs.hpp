#pragma once

#include "burin/kernels/convolution/shape.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin::kernels::detail {

/// Pixels along an axis that see the same taps: pixel first + i · step, i < count, is made of the source
/// pixels source + i · source_step + j · source_tap_step and the taps tap + j · tap_step, for j < taps.
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

/// The outputs along an axis.
template <ConvolutionAxis Axis>
constexpr auto output_runs() {
    TapRuns<Axis.output> result;
    for (std::size_t o = 0; o < Axis.output; ++o) {
        TapRun pixel{.first = o,
                     .count = 1,
                     .source_step = Axis.stride,
                     .source_tap_step = static_cast<std::ptrdiff_t>(Axis.dilation)};
        for (std::size_t k = 0; k < Axis.kernel; ++k) {
            const std::size_t at = o * Axis.stride + k * Axis.dilation;
            if (at < Axis.before || at - Axis.before >= Axis.input)
                continue;
            if (pixel.taps++ == 0) {
                pixel.tap = k;
                pixel.source = at - Axis.before;
            }
        }
        result.add(pixel);
    }
    return result;
}

/// The inputs along an axis, made of the gradients of the outputs.
template <ConvolutionAxis Axis>
constexpr auto input_runs() {
    TapRuns<Axis.input> result;
    for (std::size_t residue = 0; residue < std::min(Axis.stride, Axis.input); ++residue)
        for (std::size_t i = residue; i < Axis.input; i += Axis.stride) {
            TapRun pixel{.first = i, .step = Axis.stride, .count = 1, .source_step = 1};
            for (std::size_t k = 0; k < Axis.kernel; ++k) {
                const std::size_t shifted = i + Axis.before, back = k * Axis.dilation;
                if (shifted < back || (shifted - back) % Axis.stride != 0 ||
                    (shifted - back) / Axis.stride >= Axis.output)
                    continue;
                const std::size_t o = (shifted - back) / Axis.stride;
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
            result.add(pixel);
        }
    return result;
}

template <ConvolutionAxis Axis>
inline constexpr auto output_runs_of = output_runs<Axis>();
template <ConvolutionAxis Axis>
inline constexpr auto input_runs_of = input_runs<Axis>();

} // namespace burin::kernels::detail
