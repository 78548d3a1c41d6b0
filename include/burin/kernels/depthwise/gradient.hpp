#pragma once

#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/depthwise/runs.hpp"
#include "burin/kernels/depthwise/tile.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace burin::kernels {

namespace detail {

/// Adds to the gradients of Lines · Taps taps what `lines` lines of `pixels` outputs give. `result` is here
/// what is read: the gradients of the outputs.
template <std::size_t Lines, std::size_t Taps, bool Masked, class Scalar>
[[gnu::always_inline]] inline void depthwise_gradient_tile(const DepthwiseTile<const Scalar>& tile,
                                                           Scalar* gradients, std::size_t next_line,
                                                           std::size_t next_result, std::size_t lines,
                                                           std::size_t pixels, std::size_t columns) noexcept {
    const auto load_from = [columns](const Scalar* from) __attribute__((always_inline)) {
        return Masked ? load_partial(from, columns) : load(from);
    };
    Vector<Scalar> sums[Lines][Taps];
    BURIN_DETAIL_UNROLL
    for (std::size_t l = 0; l < Lines; ++l) {
        BURIN_DETAIL_UNROLL
        for (std::size_t t = 0; t < Taps; ++t)
            sums[l][t] = broadcast(Scalar(0));
    }
    for (std::size_t line = 0; line < lines; ++line) {
        const Scalar* source = tile.source + line * next_line;
        const Scalar* dy = tile.result + line * next_result;
        for (std::size_t pixel = pixels; pixel > 0; --pixel) {
            const Vector<Scalar> factor = load_from(dy);
            BURIN_DETAIL_UNROLL
            for (std::size_t l = 0; l < Lines; ++l) {
                const Scalar* const taps = source + static_cast<std::ptrdiff_t>(l) * tile.source_line;
                BURIN_DETAIL_UNROLL
                for (std::size_t t = 0; t < Taps; ++t)
                    sums[l][t] = fma(load_from(taps + static_cast<std::ptrdiff_t>(t) * tile.source_tap),
                                     factor, sums[l][t]);
            }
            source += tile.source_step;
            dy += tile.result_step;
        }
    }
    BURIN_DETAIL_UNROLL
    for (std::size_t l = 0; l < Lines; ++l) {
        BURIN_DETAIL_UNROLL
        for (std::size_t t = 0; t < Taps; ++t) {
            Scalar* const to = gradients + l * tile.tap_line + static_cast<std::ptrdiff_t>(t) * tile.tap;
            const Vector<Scalar> sum = load_from(to) + sums[l][t];
            if constexpr (Masked)
                store_partial(to, sum, columns);
            else
                store(to, sum);
        }
    }
}

/// All taps and channels of one run of lines and one of columns, a few taps at a time.
template <std::size_t MaxLines, std::size_t MaxTaps, class Scalar>
[[gnu::noinline]] void depthwise_gradient_run(const DepthwiseTile<const Scalar>& whole, Scalar* gradients,
                                              std::size_t next_line, std::size_t next_result,
                                              std::size_t lines, std::size_t pixels,
                                              std::size_t channels) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    for (std::size_t line = 0; line < whole.lines; line += MaxLines)
        for (std::size_t tap = 0; tap < whole.taps_of_line; tap += MaxTaps) {
            DepthwiseTile<const Scalar> tile = whole;
            tile.source += static_cast<std::ptrdiff_t>(line) * tile.source_line +
                           static_cast<std::ptrdiff_t>(tap) * tile.source_tap;
            Scalar* to = gradients + line * tile.tap_line + static_cast<std::ptrdiff_t>(tap) * tile.tap;
            with_constant<MaxLines>(
                std::min(MaxLines, whole.lines - line), [&](auto some_lines) __attribute__((always_inline)) {
                    with_constant<MaxTaps>(
                        std::min(MaxTaps, whole.taps_of_line - tap),
                        [&](auto some_taps) __attribute__((always_inline)) {
                            std::size_t left = channels;
                            for (; left >= lanes; left -= lanes) {
                                depthwise_gradient_tile<some_lines.value, some_taps.value, false>(
                                    tile, to, next_line, next_result, lines, pixels, 0);
                                tile.source += lanes;
                                tile.result += lanes;
                                to += lanes;
                            }
                            if (left > 0)
                                depthwise_gradient_tile<some_lines.value, some_taps.value, true>(
                                    tile, to, next_line, next_result, lines, pixels, left);
                        });
                });
        }
}

/// The constants of `depthwise_gradient_lines`.
template <Convolution C>
struct DepthwiseLines {
    static constexpr auto& y_runs = output_runs_of<C.axes[1]>;
    static constexpr auto& x_runs = output_runs_of<C.axes[2]>;
    static constexpr std::size_t height = C.axes[1].kernel, width = C.axes[2].kernel;
    static constexpr Pitches from = pitches(C.axes[1].input, C.axes[2].input, C.channels);
    static constexpr Pitches to = pitches(C.axes[1].output, C.axes[2].output, C.channels);
    static constexpr std::size_t source_line = C.axes[1].dilation * from.y;
    static constexpr std::size_t source_tap = C.axes[2].dilation * from.x;
    static constexpr std::size_t source_step = C.axes[2].stride * from.x;
};

/// Adds to all gradients of one vector of channels what the outputs of lines begin … end give: a sum for each
/// tap stays in a register, and the runs of lines and columns, which see different taps, are code of their
/// own.
template <Convolution C, bool Masked, class Scalar>
[[gnu::always_inline]] inline void depthwise_gradient_lines(const Scalar* x, const Scalar* dy, Scalar* dw,
                                                            std::size_t begin, std::size_t end,
                                                            std::size_t columns) noexcept {
    using Lines = DepthwiseLines<C>;
    const auto load_from = [columns](const Scalar* from_here) __attribute__((always_inline)) {
        return Masked ? load_partial(from_here, columns) : load(from_here);
    };
    Vector<Scalar> sums[Lines::height][Lines::width];
    BURIN_DETAIL_UNROLL
    for (std::size_t l = 0; l < Lines::height; ++l) {
        BURIN_DETAIL_UNROLL
        for (std::size_t t = 0; t < Lines::width; ++t)
            sums[l][t] = broadcast(Scalar(0));
    }
    const auto add_run = [&]<std::size_t Run>() __attribute__((always_inline)) {
        constexpr TapRun y = Lines::y_runs.runs[Run / Lines::x_runs.count];
        constexpr TapRun run = Lines::x_runs.runs[Run % Lines::x_runs.count];
        const std::size_t last = std::min(end, y.first + y.count);
        for (std::size_t line = std::max(begin, y.first); line < last; ++line) {
            const Scalar* source =
                x + Lines::from.of(0, y.source + (line - y.first) * y.source_step, run.source);
            const Scalar* factors = dy + Lines::to.of(0, line, run.first);
            for (std::size_t pixel = 0; pixel < run.count; ++pixel) {
                const Vector<Scalar> factor = load_from(factors);
                BURIN_DETAIL_UNROLL
                for (std::size_t l = 0; l < y.taps; ++l) {
                    BURIN_DETAIL_UNROLL
                    for (std::size_t t = 0; t < run.taps; ++t)
                        sums[y.tap + l][run.tap + t] =
                            fma(load_from(source + l * Lines::source_line + t * Lines::source_tap), factor,
                                sums[y.tap + l][run.tap + t]);
                }
                source += Lines::source_step;
                factors += C.channels;
            }
        }
    };
    [&]<std::size_t... Run>(std::index_sequence<Run...>) __attribute__((always_inline)) {
        (add_run.template operator()<Run>(), ...);
    }(std::make_index_sequence<Lines::y_runs.count * Lines::x_runs.count>{});
    BURIN_DETAIL_UNROLL
    for (std::size_t l = 0; l < Lines::height; ++l) {
        BURIN_DETAIL_UNROLL
        for (std::size_t t = 0; t < Lines::width; ++t) {
            Scalar* const gradient = dw + (l * Lines::width + t) * C.channels;
            const Vector<Scalar> sum = load_from(gradient) + sums[l][t];
            if constexpr (Masked)
                store_partial(gradient, sum, columns);
            else
                store(gradient, sum);
        }
    }
}

} // namespace detail

/// dw (+)= Σ_pixels patch · dy, channel by channel, and db (+)= Σ_pixels dy.
template <Convolution C, bool HasBias, bool Accumulate, class Scalar>
void depthwise_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db,
                               std::size_t rows) noexcept {
    constexpr Pitches from = pitches(C.axes[1].input, C.axes[2].input, C.channels);
    constexpr Pitches to = pitches(C.axes[1].output, C.axes[2].output, C.channels);
    constexpr Pitches taps = pitches(C.axes[1].kernel, C.axes[2].kernel, C.channels);
    // As many sums as leave registers for what is multiplied, and as many lines as the first-level cache
    // holds.
    constexpr std::size_t sums = vector_registers - 4;
    constexpr std::size_t max_taps = std::min<std::size_t>(C.axes[2].kernel, 6);
    constexpr std::size_t max_lines = std::min(C.axes[1].kernel, sums / max_taps);
    constexpr std::size_t line_bytes = sizeof(Scalar) * (from.y * C.axes[1].stride + to.y);
    constexpr std::size_t together = std::max<std::size_t>(16 * 1024 / line_bytes, 1);
    if constexpr (HasBias)
        column_sums(dy, rows * C.output_pixels(), C.filters, db, Accumulate);
    if constexpr (!Accumulate)
        std::fill_n(dw, taps.z, Scalar(0));
    constexpr std::size_t runs =
        detail::output_runs_of<C.axes[1]>.count * detail::output_runs_of<C.axes[2]>.count;
    if constexpr (C.taps() <= sums && runs <= 9) {
        constexpr std::size_t lanes = width<Scalar>, rest = C.channels % lanes;
        for (std::size_t row = 0; row < rows; ++row, x += from.z, dy += to.z)
            for (std::size_t line = 0; line < C.axes[1].output; line += together) {
                const std::size_t end = std::min(line + together, C.axes[1].output);
                std::size_t channel = 0;
                for (; channel + lanes <= C.channels; channel += lanes)
                    detail::depthwise_gradient_lines<C, false>(x + channel, dy + channel, dw + channel, line,
                                                               end, 0);
                if constexpr (rest > 0)
                    detail::depthwise_gradient_lines<C, true>(x + channel, dy + channel, dw + channel, line,
                                                              end, rest);
            }
        return;
    }
    for (std::size_t row = 0; row < rows; ++row, x += from.z, dy += to.z)
        for (const detail::TapRun& y : detail::output_runs_of<C.axes[1]>.span())
            for (std::size_t i = 0; i < y.count; i += together)
                for (const detail::TapRun& run : detail::output_runs_of<C.axes[2]>.span()) {
                    detail::DepthwiseTile<const Scalar> tile;
                    tile.source = x + from.of(0, y.source + i * y.source_step, run.source);
                    tile.source_step = run.source_step * from.x;
                    tile.source_line = y.source_tap_step * static_cast<std::ptrdiff_t>(from.y);
                    tile.source_tap = run.source_tap_step * static_cast<std::ptrdiff_t>(from.x);
                    tile.tap_line = taps.y;
                    tile.tap = static_cast<std::ptrdiff_t>(taps.x);
                    tile.lines = run.taps == 0 ? 0 : y.taps;
                    tile.taps_of_line = run.taps;
                    tile.result = dy + to.of(0, y.first + i, run.first);
                    tile.result_step = to.x;
                    detail::depthwise_gradient_run<max_lines, max_taps>(
                        tile, dw + taps.of(0, y.tap, run.tap), y.source_step * from.y, to.y,
                        std::min(together, y.count - i), run.count, C.channels);
                }
}

} // namespace burin::kernels
