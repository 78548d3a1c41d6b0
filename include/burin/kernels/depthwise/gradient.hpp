#pragma once

#include "burin/kernels/channels.hpp"
#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/convolution/tap_runs.hpp"
#include "burin/kernels/depthwise/choose.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace burin::kernels {

namespace detail {

/// Where the images of a depthwise convolution and its taps are.
template <Convolution C>
struct DepthwisePitches {
    static constexpr Pitches x = pitches(C.axes[1].input, C.axes[2].input, C.channels);
    static constexpr Pitches y = pitches(C.axes[1].output, C.axes[2].output, C.channels);
    static constexpr Pitches taps = pitches(C.axes[1].kernel, C.axes[2].kernel, C.channels);
};

/// The gradients of Lines × Taps taps and a vector of channels, summed up in registers.
template <Convolution C, std::size_t Lines, std::size_t Taps, bool Masked, class Scalar>
class TapSums {
  public:
    [[gnu::always_inline]] explicit TapSums(Channels<Masked> channels) noexcept : channels_(channels) {
        BURIN_DETAIL_UNROLL
        for (std::size_t l = 0; l < Lines; ++l) {
            BURIN_DETAIL_UNROLL
            for (std::size_t t = 0; t < Taps; ++t)
                sums_[l][t] = broadcast(Scalar(0));
        }
    }

    /// Adds to some of the taps what `pixels` outputs side by side give, of which the first reads `x`.
    template <std::size_t FirstLine, std::size_t LineCount, std::size_t FirstTap, std::size_t TapCount>
    [[gnu::always_inline]] void add(const Scalar* x, const Scalar* dy, std::size_t pixels) noexcept {
        constexpr Pitches pitch = DepthwisePitches<C>::x;
        for (; pixels > 0; --pixels, x += C.axes[2].stride * pitch.x, dy += C.channels) {
            const Vector<Scalar> factor = channels_.load(dy);
            BURIN_DETAIL_UNROLL
            for (std::size_t l = 0; l < LineCount; ++l) {
                BURIN_DETAIL_UNROLL
                for (std::size_t t = 0; t < TapCount; ++t) {
                    const Scalar* const seen =
                        x + pitch.of(0, l * C.axes[1].dilation, t * C.axes[2].dilation);
                    sums_[FirstLine + l][FirstTap + t] =
                        fma(channels_.load(seen), factor, sums_[FirstLine + l][FirstTap + t]);
                }
            }
        }
    }

    [[gnu::always_inline]] void add_to(Scalar* gradients) const noexcept {
        BURIN_DETAIL_UNROLL
        for (std::size_t l = 0; l < Lines; ++l) {
            BURIN_DETAIL_UNROLL
            for (std::size_t t = 0; t < Taps; ++t) {
                Scalar* const to = gradients + DepthwisePitches<C>::taps.of(0, l, t);
                channels_.store(to, channels_.load(to) + sums_[l][t]);
            }
        }
    }

  private:
    Channels<Masked> channels_;
    Vector<Scalar> sums_[Lines][Taps];
};

/// Adds to the gradients of all taps what the outputs of lines begin … end give. The runs of lines and
/// columns, which see different taps, are code of their own.
template <Convolution C, class Scalar>
[[gnu::always_inline]] inline void depthwise_gradient_of_kernel(const Scalar* x, const Scalar* dy, Scalar* dw,
                                                                std::size_t begin, std::size_t end) noexcept {
    using Pitch = DepthwisePitches<C>;
    constexpr auto& y_runs = runs_of<C.axes[1], Direction::to_outputs>;
    constexpr auto& x_runs = runs_of<C.axes[2], Direction::to_outputs>;
    for_each_channels<C.channels, Scalar>(
        [&]<bool Masked>(std::size_t channel, Channels<Masked> channels) __attribute__((always_inline)) {
            TapSums<C, C.axes[1].kernel, C.axes[2].kernel, Masked, Scalar> sums(channels);
            const auto add_run = [&]<std::size_t Run>() __attribute__((always_inline)) {
                constexpr TapRun of_y = y_runs.runs[Run / x_runs.count],
                                 of_x = x_runs.runs[Run % x_runs.count];
                const std::size_t last = std::min(end, of_y.first + of_y.count);
                for (std::size_t line = std::max(begin, of_y.first); line < last; ++line)
                    sums.template add<of_y.tap, of_y.taps, of_x.tap, of_x.taps>(
                        x + channel +
                            Pitch::x.of(0, of_y.source + (line - of_y.first) * of_y.source_step, of_x.source),
                        dy + channel + Pitch::y.of(0, line, of_x.first), of_x.count);
            };
            [&]<std::size_t... Run>(std::index_sequence<Run...>) __attribute__((always_inline)) {
                (add_run.template operator()<Run>(), ...);
            }(std::make_index_sequence<y_runs.count * x_runs.count>{});
            sums.add_to(dw + channel);
        });
}

/// The same for the lines of one run and the columns of one run, whose first output reads `x`; a few of
/// lines · taps taps at a time.
template <Convolution C, DepthwiseChoice Choice, class Scalar>
[[gnu::noinline]] void depthwise_gradient_of_run(const Scalar* x, const Scalar* dy, Scalar* dw,
                                                 std::size_t lines, std::size_t pixels, std::size_t tap_lines,
                                                 std::size_t taps) noexcept {
    using Pitch = DepthwisePitches<C>;
    const auto add_tile = [&](std::size_t line, std::size_t tap, auto some_lines,
                              auto some_taps) __attribute__((always_inline)) {
        const Scalar* const seen = x + Pitch::x.of(0, line * C.axes[1].dilation, tap * C.axes[2].dilation);
        for_each_channels<C.channels, Scalar>(
            [&]<bool Masked>(std::size_t channel, Channels<Masked> channels) __attribute__((always_inline)) {
                TapSums<C, some_lines.value, some_taps.value, Masked, Scalar> sums(channels);
                for (std::size_t i = 0; i < lines; ++i)
                    sums.template add<0, some_lines.value, 0, some_taps.value>(
                        seen + i * C.axes[1].stride * Pitch::x.y + channel, dy + i * Pitch::y.y + channel,
                        pixels);
                sums.add_to(dw + Pitch::taps.of(0, line, tap) + channel);
            });
    };
    constexpr std::size_t most_lines = Choice.tile_lines, most_taps = Choice.tile_taps;
    for (std::size_t line = 0; line < tap_lines; line += most_lines)
        for (std::size_t tap = 0; tap < taps; tap += most_taps)
            with_constant<most_lines>(
                std::min(most_lines, tap_lines - line), [&](auto some_lines) __attribute__((always_inline)) {
                    with_constant<most_taps>(std::min(most_taps, taps - tap),
                                             [&](auto some_taps) __attribute__((always_inline)) {
                                                 add_tile(line, tap, some_lines, some_taps);
                                             });
                });
}

} // namespace detail

/// dw (+)= Σ_pixels patch · dy, channel by channel, and db (+)= Σ_pixels dy.
template <Convolution C, bool HasBias, bool Accumulate, class Scalar>
void depthwise_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db,
                               std::size_t rows) noexcept {
    using Pitch = detail::DepthwisePitches<C>;
    using detail::TapRun;
    static constexpr DepthwiseChoice choice =
        depthwise_choice<ConvolutionProduct::weight_gradient, C, Scalar>;
    if constexpr (HasBias)
        column_sums(dy, rows * C.output_pixels(), C.filters, db, Accumulate);
    if constexpr (!Accumulate)
        std::fill_n(dw, Pitch::taps.z, Scalar(0));
    for (std::size_t row = 0; row < rows; ++row, x += Pitch::x.z, dy += Pitch::y.z) {
        if constexpr (choice.keeps_kernel) {
            for (std::size_t line = 0; line < C.axes[1].output; line += choice.lines)
                detail::depthwise_gradient_of_kernel<C>(x, dy, dw, line,
                                                        std::min(line + choice.lines, C.axes[1].output));
        } else {
            using detail::Direction;
            for (const TapRun& of_y : detail::runs_of<C.axes[1], Direction::to_outputs>.span())
                for (std::size_t i = 0; i < of_y.count; i += choice.lines)
                    for (const TapRun& of_x : detail::runs_of<C.axes[2], Direction::to_outputs>.span())
                        detail::depthwise_gradient_of_run<C, choice>(
                            x + Pitch::x.of(0, of_y.source + i * of_y.source_step, of_x.source),
                            dy + Pitch::y.of(0, of_y.first + i, of_x.first),
                            dw + Pitch::taps.of(0, of_y.tap, of_x.tap),
                            std::min(choice.lines, of_y.count - i), of_x.count,
                            of_x.taps == 0 ? 0 : of_y.taps, of_x.taps);
        }
    }
}

} // namespace burin::kernels
