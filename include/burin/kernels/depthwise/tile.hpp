#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

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

/// One vector of channels of `Pixels` pixels, whose taps are `Taps` neighbours and which are `Step`
/// neighbours apart: what several pixels see is loaded once.
template <std::size_t Pixels, std::size_t Taps, std::size_t Step, class Scalar, class Finish>
[[gnu::always_inline]] inline void depthwise_neighbours(const DepthwiseTile<Scalar>& tile,
                                                        const Scalar* start, std::size_t channel,
                                                        Finish finish) noexcept {
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

} // namespace burin::kernels::detail
