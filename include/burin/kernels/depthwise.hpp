#pragma once

#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/convolution.hpp"
#include "burin/kernels/convolution_shape.hpp"
#include "burin/kernels/multiply.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace burin::kernels {

// Depthwise convolutions: each channel has a kernel of its own, so nothing is summed over channels, and vectors
// of channels are what is multiplied. Here a `Convolution` has as many filters as channels, and weights are
// [kernel..., channels], row-major. Taps that would see zeros around the image are left out.

namespace detail {

/// Pixels along an axis that see the same taps: pixel first + i · step, i < count, is made of the source pixels
/// source + i · source_step + j · source_tap_step and the taps tap + j · tap_step, for j < taps.
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
        TapRun pixel{.first = o, .count = 1, .source_step = Axis.stride,
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

/// Some taps of some pixels, as pointers and steps in elements.
template <class Scalar>
struct DepthwiseTile {
    const Scalar* source;
    std::size_t source_step;
    std::ptrdiff_t source_line; ///< From the source of a line of taps to that of the next.
    std::ptrdiff_t source_tap;
    const Scalar* taps = nullptr;
    std::size_t tap_line;
    std::ptrdiff_t tap;
    std::size_t lines;
    std::size_t taps_of_line;
    Scalar* result;
    std::size_t result_step;
};

/// `Pixels` pixels of `Vectors` vectors of channels, of which the last has `columns` lanes if `Masked`.
template <std::size_t Pixels, std::size_t Vectors, bool Masked, class Scalar, class Finish>
[[gnu::always_inline]] inline void depthwise_tile(const DepthwiseTile<Scalar>& tile, const Scalar* start,
                                                  std::size_t channel, std::size_t columns,
                                                  Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const auto load_from = [columns](const Scalar* from) __attribute__((always_inline)) {
        return Masked ? load_partial(from, columns) : load(from);
    };
    Vector<Scalar> sums[Pixels][Vectors];
    BURIN_DETAIL_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) {
        const Vector<Scalar> begin =
            start == nullptr ? broadcast(Scalar(0)) : load_from(start + channel + v * lanes);
        BURIN_DETAIL_UNROLL
        for (std::size_t p = 0; p < Pixels; ++p)
            sums[p][v] = begin;
    }
    const Scalar* source_line = tile.source + channel;
    const Scalar* tap_line = tile.taps + channel;
    for (std::size_t line = 0; line < tile.lines; ++line) {
        const Scalar* source = source_line;
        const Scalar* taps = tap_line;
        for (std::size_t t = 0; t < tile.taps_of_line; ++t) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v) {
                const Vector<Scalar> factor = load_from(taps + v * lanes);
                BURIN_DETAIL_UNROLL
                for (std::size_t p = 0; p < Pixels; ++p)
                    sums[p][v] =
                        fma(load_from(source + p * tile.source_step + v * lanes), factor, sums[p][v]);
            }
            source += tile.source_tap;
            taps += tile.tap;
        }
        source_line += tile.source_line;
        tap_line += tile.tap_line;
    }
    BURIN_DETAIL_UNROLL
    for (std::size_t p = 0; p < Pixels; ++p) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            Scalar* const to = tile.result + p * tile.result_step + channel + v * lanes;
            const Vector<Scalar> value = finish(sums[p][v], to, load_from);
            if constexpr (Masked)
                store_partial(to, value, columns);
            else
                store(to, value);
        }
    }
}

/// All channels of `Pixels` pixels.
template <std::size_t Pixels, class Scalar, class Finish>
[[gnu::always_inline]] inline void depthwise_pixels(const DepthwiseTile<Scalar>& tile, const Scalar* start,
                                                    std::size_t channels, Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t vectors = std::max<std::size_t>(8 / Pixels, 1);
    std::size_t channel = 0;
    for (; channel + vectors * lanes <= channels; channel += vectors * lanes)
        depthwise_tile<Pixels, vectors, false>(tile, start, channel, 0, finish);
    if constexpr (vectors > 1)
        for (; channel + lanes <= channels; channel += lanes)
            depthwise_tile<Pixels, 1, false>(tile, start, channel, 0, finish);
    if (channel < channels)
        depthwise_tile<Pixels, 1, true>(tile, start, channel, channels - channel, finish);
}

/// One vector of channels of `Pixels` pixels, whose taps are `Taps` neighbours and which are `Step` neighbours
/// apart: what several pixels see is loaded once.
template <std::size_t Pixels, std::size_t Taps, std::size_t Step, class Scalar, class Finish>
[[gnu::always_inline]] inline void depthwise_neighbours(const DepthwiseTile<Scalar>& tile, const Scalar* start,
                                                        std::size_t channel, Finish finish) noexcept {
    const auto load_from = [](const Scalar* from) __attribute__((always_inline)) { return load(from); };
    Vector<Scalar> sums[Pixels];
    const Vector<Scalar> begin = start == nullptr ? broadcast(Scalar(0)) : load(start + channel);
    BURIN_DETAIL_UNROLL
    for (std::size_t p = 0; p < Pixels; ++p)
        sums[p] = begin;
    const Scalar* source_line = tile.source + channel;
    const Scalar* tap_line = tile.taps + channel;
    for (std::size_t line = 0; line < tile.lines; ++line) {
        Vector<Scalar> factors[Taps];
        const Scalar* taps = tap_line;
        BURIN_DETAIL_UNROLL
        for (std::size_t t = 0; t < Taps; ++t, taps += tile.tap)
            factors[t] = load(taps);
        const Scalar* source = source_line;
        BURIN_DETAIL_UNROLL
        for (std::size_t j = 0; j < (Pixels - 1) * Step + Taps; ++j, source += tile.source_tap) {
            const Vector<Scalar> seen = load(source);
            BURIN_DETAIL_UNROLL
            for (std::size_t t = 0; t < Taps; ++t)
                if (j >= t && (j - t) % Step == 0 && (j - t) / Step < Pixels)
                    sums[(j - t) / Step] = fma(seen, factors[t], sums[(j - t) / Step]);
        }
        source_line += tile.source_line;
        tap_line += tile.tap_line;
    }
    BURIN_DETAIL_UNROLL
    for (std::size_t p = 0; p < Pixels; ++p) {
        Scalar* const to = tile.result + p * tile.result_step + channel;
        store(to, finish(sums[p], to, load_from));
    }
}

/// The pixels of a line's run. `Taps` and `Step` are those of `depthwise_neighbours`, or 0 where it is of no
/// use.
template <std::size_t Taps, std::size_t Step, class Scalar, class Finish>
[[gnu::noinline]] void depthwise_run(DepthwiseTile<Scalar> tile, const Scalar* start, std::size_t pixels,
                                     std::size_t channels, Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const auto take = [&](auto count, auto f) __attribute__((always_inline)) {
        for (; pixels >= count.value; pixels -= count.value) {
            f(count);
            tile.source += count.value * tile.source_step;
            tile.result += count.value * tile.result_step;
        }
    };
    using Six = std::integral_constant<std::size_t, 6>;
    using Four = std::integral_constant<std::size_t, 4>;
    if (Taps > 1 && tile.taps_of_line == Taps) {
        if constexpr (Taps > 1) {
            if (tile.source_tap < 0) {
                tile.source += static_cast<std::ptrdiff_t>(Taps - 1) * tile.source_tap;
                tile.taps += static_cast<std::ptrdiff_t>(Taps - 1) * tile.tap;
                tile.source_tap = -tile.source_tap;
                tile.tap = -tile.tap;
            }
            const auto neighbours = [&](auto count) __attribute__((always_inline)) {
                std::size_t channel = 0;
                for (; channel + lanes <= channels; channel += lanes)
                    depthwise_neighbours<count.value, Taps, Step>(tile, start, channel, finish);
                if (channel < channels)
                    depthwise_tile<count.value, 1, true>(tile, start, channel, channels - channel, finish);
            };
            take(Six{}, neighbours);
            take(Four{}, neighbours);
        }
    }
    const auto any = [&](auto count) __attribute__((always_inline)) {
        depthwise_pixels<count.value>(tile, start, channels, finish);
    };
    take(Four{}, any);
    take(std::integral_constant<std::size_t, 2>{}, any);
    take(std::integral_constant<std::size_t, 1>{}, any);
}

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

/// Adds to the gradients of Lines · Taps taps what `lines` lines of `pixels` outputs give. `result` is here
/// what is read: the gradients of the outputs.
template <std::size_t Lines, std::size_t Taps, bool Masked, class Scalar>
[[gnu::always_inline]] inline void
depthwise_gradient_tile(const DepthwiseTile<const Scalar>& tile, Scalar* gradients, std::size_t next_line,
                        std::size_t next_result, std::size_t lines, std::size_t pixels,
                        std::size_t columns) noexcept {
    const auto load_from = [columns](const Scalar* from) __attribute__((always_inline)) {
        return Masked ? load_partial(from, columns) : load(from);
    };
    Vector<Scalar> sums[Lines][Taps];
    BURIN_DETAIL_UNROLL
    for (std::size_t l = 0; l < Lines; ++l) {
        BURIN_DETAIL_UNROLL
        for (std::size_t t = 0; t < Taps; ++t)
            sums[l][t] = load_from(gradients + l * tile.tap_line + static_cast<std::ptrdiff_t>(t) * tile.tap);
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
            if constexpr (Masked)
                store_partial(to, sums[l][t], columns);
            else
                store(to, sums[l][t]);
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

/// Along an axis: the taps of pixels that are so many neighbours apart, if `depthwise_neighbours` is for them.
template <ConvolutionAxis Axis>
inline constexpr std::size_t neighbour_taps =
    Axis.dilation == 1 && Axis.kernel > 1 && Axis.kernel <= 5 ? Axis.kernel : 0;

template <ConvolutionAxis Axis>
inline constexpr auto output_runs_of = output_runs<Axis>();
template <ConvolutionAxis Axis>
inline constexpr auto input_runs_of = input_runs<Axis>();

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
/// tap stays in a register, and the runs of lines and columns, which see different taps, are code of their own.
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
            sums[l][t] = load_from(dw + (l * Lines::width + t) * C.channels);
    }
    const auto add_run = [&]<std::size_t Run>() __attribute__((always_inline)) {
        constexpr TapRun y = Lines::y_runs.runs[Run / Lines::x_runs.count];
        constexpr TapRun run = Lines::x_runs.runs[Run % Lines::x_runs.count];
        const std::size_t last = std::min(end, y.first + y.count);
        for (std::size_t line = std::max(begin, y.first); line < last; ++line) {
            const Scalar* source = x + Lines::from.of(0, y.source + (line - y.first) * y.source_step, run.source);
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
            if constexpr (Masked)
                store_partial(gradient, sums[l][t], columns);
            else
                store(gradient, sums[l][t]);
        }
    }
}

} // namespace detail

/// y = epilogue(x ∗ w + b).
template <Convolution C, bool HasBias, class Scalar, class Epilogue>
void depthwise_forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows,
                       Epilogue epilogue) noexcept {
    constexpr Pitches from = pitches(C.axes[1].input, C.axes[2].input, C.channels);
    constexpr Pitches to = pitches(C.axes[1].output, C.axes[2].output, C.channels);
    for (std::size_t row = 0; row < rows; ++row, x += from.z, y += to.z)
        detail::depthwise_image<C.axes[2].stride <= 2 ? detail::neighbour_taps<C.axes[2]> : 0, C.axes[2].stride>(
            detail::output_runs_of<C.axes[1]>.span(), detail::output_runs_of<C.axes[2]>.span(), x, from, w, pitches(C.axes[1].kernel, C.axes[2].kernel, C.channels),
                                HasBias ? bias : nullptr, y, to, detail::finish_with(epilogue));
}

/// dx = derivative(dy ∗ turned w, activated). dx may be the same memory as activated.
template <Convolution C, class Scalar, class Derivative>
void depthwise_input_gradient(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx,
                              std::size_t rows, Derivative derivative) noexcept {
    constexpr Pitches from = pitches(C.axes[1].output, C.axes[2].output, C.channels);
    constexpr Pitches to = pitches(C.axes[1].input, C.axes[2].input, C.channels);
    const auto finish = detail::finish_with(derivative, activated, static_cast<const Scalar*>(dx));
    for (std::size_t row = 0; row < rows; ++row, dy += from.z, dx += to.z)
        detail::depthwise_image<C.axes[2].stride == 1 ? detail::neighbour_taps<C.axes[2]> : 0, 1>(
            detail::input_runs_of<C.axes[1]>.span(), detail::input_runs_of<C.axes[2]>.span(), dy, from, w, pitches(C.axes[1].kernel, C.axes[2].kernel, C.channels),
                                static_cast<const Scalar*>(nullptr), dx, to, finish);
}

/// dw (+)= Σ_pixels patch · dy, channel by channel, and db (+)= Σ_pixels dy.
template <Convolution C, bool HasBias, bool Accumulate, class Scalar>
void depthwise_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db,
                               std::size_t rows) noexcept {
    constexpr Pitches from = pitches(C.axes[1].input, C.axes[2].input, C.channels);
    constexpr Pitches to = pitches(C.axes[1].output, C.axes[2].output, C.channels);
    constexpr Pitches taps = pitches(C.axes[1].kernel, C.axes[2].kernel, C.channels);
    // As many sums as leave registers for what is multiplied, and as many lines as the first-level cache holds.
    constexpr std::size_t sums = vector_registers - 4;
    constexpr std::size_t max_taps = std::min<std::size_t>(C.axes[2].kernel, 6);
    constexpr std::size_t max_lines = std::min(C.axes[1].kernel, sums / max_taps);
    constexpr std::size_t line_bytes = sizeof(Scalar) * (from.y * C.axes[1].stride + to.y);
    constexpr std::size_t together = std::max<std::size_t>(16 * 1024 / line_bytes, 1);
    if constexpr (HasBias)
        column_sums(dy, rows * C.output_pixels(), C.filters, db, Accumulate);
    if constexpr (!Accumulate)
        std::fill_n(dw, taps.z, Scalar(0));
    constexpr std::size_t runs = detail::output_runs_of<C.axes[1]>.count * detail::output_runs_of<C.axes[2]>.count;
    if constexpr (C.taps() <= sums && runs <= 9) {
        constexpr std::size_t lanes = width<Scalar>, rest = C.channels % lanes;
        for (std::size_t row = 0; row < rows; ++row, x += from.z, dy += to.z)
            for (std::size_t line = 0; line < C.axes[1].output; line += together) {
                const std::size_t end = std::min(line + together, C.axes[1].output);
                std::size_t channel = 0;
                for (; channel + lanes <= C.channels; channel += lanes)
                    detail::depthwise_gradient_lines<C, false>(x + channel, dy + channel, dw + channel, line, end,
                                                               0);
                if constexpr (rest > 0)
                    detail::depthwise_gradient_lines<C, true>(x + channel, dy + channel, dw + channel, line, end,
                                                              rest);
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
