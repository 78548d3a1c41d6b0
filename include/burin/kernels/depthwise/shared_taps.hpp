#pragma once

#include "burin/kernels/channels.hpp"
#include "burin/kernels/depthwise/spans.hpp"
#include "burin/kernels/depthwise/tile.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <cstddef>

namespace burin::kernels::detail {

/// How a line of pixels is computed whose taps are side by side: what several pixels of a tile see is loaded
/// once, and taps beyond the line are left out where it is compiled.
struct SharedTaps {
    std::size_t taps = 0;   ///< Of a line of the kernel.
    std::size_t step = 1;   ///< From what a pixel sees to what the next one does.
    std::size_t pixels = 0; ///< Of a tile.
    std::size_t begin = 0;  ///< See PixelSpan.
    std::size_t end = 0;
};

/// The micro-kernel: a vector of channels of the pixels of a tile. `tile.source` is where its first tap would
/// be.
template <SharedTaps Of, class Channels, class Scalar, class Finish>
[[gnu::always_inline]] inline void shared_taps_tile(const DepthwiseTile<Scalar>& tile, const Scalar* start,
                                                    std::size_t channel, Channels channels,
                                                    Finish finish) noexcept {
    using Vector = typename Channels::template VectorOf<Scalar>;
    constexpr std::size_t pixels = Of.pixels, taps = Of.taps, step = Of.step; // For g++ to unroll.
    const auto load_from = [=](const Scalar* from)
                               __attribute__((always_inline)) { return channels.load(from); };
    Vector sums[pixels];
    const Vector begin = start == nullptr ? Vector(Scalar(0)) : load_from(start + channel);
    BURIN_DETAIL_UNROLL
    for (std::size_t p = 0; p < pixels; ++p)
        sums[p] = begin;
    const Scalar* line = tile.source + channel;
    const Scalar* tap_line = tile.taps + channel;
    for (std::size_t left = tile.lines; left > 0; --left) {
        Vector factors[taps];
        BURIN_DETAIL_UNROLL
        for (std::size_t t = 0; t < taps; ++t)
            factors[t] = load_from(tap_line + static_cast<std::ptrdiff_t>(t) * tile.tap);
        BURIN_DETAIL_UNROLL
        for (std::size_t j = Of.begin; j < Of.end; ++j) {
            const Vector seen = load_from(line + static_cast<std::ptrdiff_t>(j) * tile.source_tap);
            BURIN_DETAIL_UNROLL
            for (std::size_t t = 0; t < taps; ++t)
                if (j >= t && (j - t) % step == 0 && (j - t) / step < pixels)
                    sums[(j - t) / step] = fma(seen, factors[t], sums[(j - t) / step]);
        }
        line += tile.source_line;
        tap_line += tile.tap_line;
    }
    Scalar* const to = tile.result + channel;
    BURIN_DETAIL_UNROLL
    for (std::size_t p = 0; p < pixels; ++p)
        channels.store(to + p * tile.result_step, finish(sums[p], to + p * tile.result_step, load_from));
}

/// So many lines of so many tiles, all channels of a tile before the next.
template <SharedTaps Of, class Scalar, class Finish>
[[gnu::noinline]] void shared_taps_tiles(DepthwiseTile<Scalar> first, const Scalar* start, std::size_t lines,
                                         std::ptrdiff_t next_source, std::size_t next_result,
                                         std::size_t tiles, std::size_t channels, Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    for (; lines > 0; --lines, first.source += next_source, first.result += next_result) {
        DepthwiseTile<Scalar> tile = first;
        for (std::size_t i = 0; i < tiles; ++i) {
            std::size_t channel = 0;
            for (; channel + lanes <= channels; channel += lanes)
                shared_taps_tile<Of>(tile, start, channel, Channels<false>{}, finish);
            if (channel < channels) {
                if constexpr (takes_narrow<Finish>) {
                    if (channels - channel == lanes / 2) {
                        shared_taps_tile<Of>(tile, start, channel, NarrowChannels{}, finish);
                        channel = channels;
                    }
                }
                if (channel < channels)
                    shared_taps_tile<Of>(tile, start, channel, Channels<true>{channels - channel}, finish);
            }
            tile.source += static_cast<std::ptrdiff_t>(Of.pixels * Of.step) * tile.source_tap;
            tile.result += Of.pixels * tile.result_step;
        }
    }
}

} // namespace burin::kernels::detail
