#pragma once

#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/int8/instructions.hpp"
#include "burin/kernels/int8/outputs.hpp"
#include "burin/kernels/int8/unrolled.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

/// A product of many rows. The weights of a few channels are laid out once in the order in which they are
/// read, two of each channel beside each other, so that a vector holds sums of different channels and none
/// has to be added up in the end. Rows are widened to 16 bits once for all channels.
template <class Pairs, Rounding Way>
class Int8Panels {
  public:
    static constexpr std::size_t deepest = int8_deepest_panel;

    Int8Panels(const std::int8_t* w, std::size_t depth, std::size_t channels,
               const Int8Outputs<Way>& outputs) noexcept
        : depth_(depth), pairs_((depth + 1) / 2), channels_(std::min(channels, most_channels(depth))) {
        for (std::size_t first = 0; first < channels_; first += wide) {
            std::int8_t* const panel = panels_ + first * 2 * pairs_;
            const std::size_t count = std::min(wide, channels_ - first), width = width_of(count);
            std::memset(panel, 0, 2 * pairs_ * width);
            for (std::size_t c = 0; c < count; ++c) {
                const std::int8_t* const from = w + (first + c) * depth;
                for (std::size_t k = 0; k + 2 <= depth; k += 2)
                    std::memcpy(panel + k * width + 2 * c, from + k, 2);
                if (depth % 2 != 0)
                    panel[(depth - 1) * width + 2 * c] = from[depth - 1];
            }
        }
        const std::size_t rest = channels_ % wide;
        std::fill_n(shifts_, wide, std::int8_t(33));
        std::copy_n(outputs.bias + channels_ - rest, rest, bias_);
        std::copy_n(outputs.multipliers + channels_ - rest, rest, multipliers_);
        std::copy_n(outputs.shifts + channels_ - rest, rest, shifts_);
    }

    std::size_t channels() const noexcept { return channels_; }

    template <class RowOf>
    void multiply(std::size_t rows, const RowOf& row_of, const Int8Outputs<Way>& outputs, std::int8_t* y,
                  std::size_t y_pitch) noexcept {
        for (std::size_t row = 0; row < rows; row += tile_rows, y += tile_rows * y_pitch) {
            const std::size_t count = std::min(tile_rows, rows - row);
            for (std::size_t r = 0; r < count; ++r) {
                const std::int8_t* const from = row_of(row + r);
                std::int16_t* const to = rows_ + r * deepest;
                for (std::size_t k = 0; k < depth_; ++k)
                    to[k] = from[k];
                if (depth_ % 2 != 0)
                    to[depth_] = 0;
            }
            for (std::size_t r = count; r < tile_rows; ++r)
                std::fill_n(rows_ + r * deepest, 2 * pairs_, std::int16_t(0));
            for (std::size_t first = 0; first < channels_; first += wide)
                if (channels_ - first > narrow)
                    tile<2>(first, count, outputs, y, y_pitch);
                else
                    tile<1>(first, count, outputs, y, y_pitch);
        }
    }

  private:
    static constexpr std::size_t tile_rows = int8_panel_rows, wide = int8_panel_columns, narrow = 8,
                                 bytes = 32 * 1024;

    static constexpr std::size_t most_channels(std::size_t depth) noexcept {
        return bytes / (2 * ((depth + 1) / 2)) / wide * wide;
    }
    static constexpr std::size_t width_of(std::size_t count) noexcept {
        return count > narrow ? wide : narrow;
    }

    template <std::size_t Vectors>
    [[gnu::always_inline]] void tile(std::size_t first, std::size_t rows, const Int8Outputs<Way>& outputs,
                                     std::int8_t* y, std::size_t y_pitch) const noexcept {
        constexpr std::size_t width = Vectors * narrow;
        typename Pairs::PanelSums sums[tile_rows][Vectors];
        const std::int8_t* panel = panels_ + first * 2 * pairs_;
        const std::int16_t* x = rows_;
        for (std::size_t pair = 0; pair < pairs_; ++pair, x += 2, panel += 2 * width) {
            typename Pairs::PanelWeights weights[Vectors];
            unrolled<Vectors>([&](auto v) { weights[v] = Pairs::panel_weights(panel + v * 2 * narrow); });
            unrolled<tile_rows>([&](auto r) {
                const auto input = Pairs::same_pair(x + r * deepest);
                unrolled<Vectors>([&](auto v) { sums[r][v].add(input, weights[v]); });
            });
        }
        const std::size_t channels = std::min(channels_ - first, width);
        const typename Pairs::PanelSums none{};
        const typename Pairs::template Outputs<Way> output(
            channels == wide ? outputs.from(first) : last(outputs), 0);
        unrolled<tile_rows>([&](auto r) {
            if (r < rows)
                requantize(output, sums[r][0], Vectors > 1 ? sums[r][Vectors - 1] : none, channels,
                           y + r * y_pitch + first);
        });
    }

    /// Those of the last channels, as many as a panel may have.
    Int8Outputs<Way> last(const Int8Outputs<Way>& outputs) const noexcept {
        return {bias_, multipliers_, shifts_, outputs.zero_point, outputs.low};
    }

    std::size_t depth_, pairs_, channels_;
    std::int32_t bias_[wide] = {}, multipliers_[wide] = {};
    std::int8_t shifts_[wide];
    alignas(32) std::int8_t panels_[bytes];
    alignas(32) std::int16_t rows_[tile_rows * deepest];
};

/// y[r][c] = outputs(Σₖ row_of(r)[k] · w[c][k], c) by panels.
template <class Pairs, class RowOf, Rounding Way>
[[gnu::noinline]] void int8_panels(std::size_t rows, const RowOf& row_of, const std::int8_t* w,
                                   std::size_t depth, std::size_t channels, const Int8Outputs<Way>& outputs,
                                   std::int8_t* y, std::size_t y_pitch) noexcept {
    for (std::size_t channel = 0; channel < channels;) {
        const Int8Outputs<Way> those = outputs.from(channel);
        Int8Panels<Pairs, Way> panels(w + channel * depth, depth, channels - channel, those);
        panels.multiply(rows, row_of, those, y + channel, y_pitch);
        channel += panels.channels();
    }
}

} // namespace detail

} // namespace burin::kernels
