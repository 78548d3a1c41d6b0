#pragma once

#include "burin/kernels/channels.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/convolution/tap_runs.hpp"
#include "burin/kernels/depthwise/choose.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <cstddef>

namespace burin::kernels::detail {

/// Some taps of some pixels, as pointers and steps in elements.
template <class Scalar>
struct DepthwiseTile {
    const Scalar* source;
    std::size_t source_step;
    std::ptrdiff_t source_line; ///< From the source of a line of taps to that of the next.
    std::ptrdiff_t source_tap;
    const Scalar* taps = nullptr;
    std::size_t tap_line = 0;
    std::ptrdiff_t tap = 0;
    std::size_t lines;
    std::size_t taps_of_line;
    Scalar* result = nullptr;
    std::size_t result_step = 0;

    /// What pixel `line` of the lines `y` sees in all columns `x`: the sources, and how many taps.
    DepthwiseTile(const Scalar* image, const Pitches& pitch, const TapRun& y, std::size_t line,
                  const TapRun& x) noexcept
        : source(image + pitch.of(0, y.source + line * y.source_step, x.source)),
          source_step(x.source_step * pitch.x),
          source_line(y.source_tap_step * static_cast<std::ptrdiff_t>(pitch.y)),
          source_tap(x.source_tap_step * static_cast<std::ptrdiff_t>(pitch.x)),
          lines(x.taps == 0 ? 0 : y.taps), taps_of_line(x.taps) {}
};

/// The micro-kernel: `Pixels` pixels and `Vectors` vectors of channels.
template <std::size_t Pixels, std::size_t Vectors, bool Masked, class Scalar, class Finish>
[[gnu::always_inline]] inline void depthwise_tile(const DepthwiseTile<Scalar>& tile, const Scalar* start,
                                                  std::size_t channel, Channels<Masked> channels,
                                                  Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const auto load_from = [=](const Scalar* from)
                               __attribute__((always_inline)) { return channels.load(from); };
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
            channels.store(to, finish(sums[p][v], to, load_from));
        }
    }
}

/// All channels of `Pixels` pixels.
template <std::size_t Pixels, std::size_t Vectors, class Scalar, class Finish>
[[gnu::always_inline]] inline void depthwise_pixels(const DepthwiseTile<Scalar>& tile, const Scalar* start,
                                                    std::size_t channels, Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    std::size_t channel = 0;
    for (; channel + Vectors * lanes <= channels; channel += Vectors * lanes)
        depthwise_tile<Pixels, Vectors, false>(tile, start, channel, Channels<false>{}, finish);
    if constexpr (Vectors > 1)
        for (; channel + lanes <= channels; channel += lanes)
            depthwise_tile<Pixels, 1, false>(tile, start, channel, Channels<false>{}, finish);
    if (channel < channels)
        depthwise_tile<Pixels, 1, true>(tile, start, channel, Channels<true>{channels - channel}, finish);
}

/// The pixels of a line's run.
template <DepthwiseChoice Choice, class Scalar, class Finish>
[[gnu::noinline]] void depthwise_run(DepthwiseTile<Scalar> tile, const Scalar* start, std::size_t pixels,
                                     std::size_t channels, Finish finish) noexcept {
    const auto take = [&]<std::size_t Pixels, std::size_t Vectors>() __attribute__((always_inline)) {
        for (; pixels >= Pixels; pixels -= Pixels) {
            depthwise_pixels<Pixels, Vectors>(tile, start, channels, finish);
            tile.source += Pixels * tile.source_step;
            tile.result += Pixels * tile.result_step;
        }
    };
    take.template operator()<4, Choice.tile_sums / 4>();
    take.template operator()<2, Choice.tile_sums / 2>();
    take.template operator()<1, Choice.tile_sums>();
}

} // namespace burin::kernels::detail
