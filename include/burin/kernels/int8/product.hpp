#pragma once

#include "burin/kernels/int8/dot.hpp"
#include "burin/kernels/int8/lanes.hpp"
#include "burin/kernels/int8/panels.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

template <std::size_t Rows, std::size_t Columns, Rounding Way>
[[gnu::always_inline]] inline void int8_tile(const std::int8_t* x, std::size_t x_pitch, const std::int8_t* w,
                                             std::size_t depth, const Int8Outputs<Way>& outputs,
                                             std::size_t channel, std::int8_t* y, std::size_t y_pitch,
                                             const void* widened = nullptr) noexcept {
    std::int32_t sums[Rows][Columns];
    int8_dots<Rows, Columns>(x, x_pitch, w + channel * depth, depth, depth, sums, widened);
    if constexpr (int8_has_lanes)
        for (std::size_t r = 0; r < Rows; ++r)
            int8_requantize<Columns>(outputs, sums[r], channel, y + r * y_pitch + channel);
    else
        unrolled<Columns>([&](auto c) {
            const Int8Output<Way> output(outputs, channel + c);
            unrolled<Rows>([&](auto r) { y[r * y_pitch + channel + c] = output(sums[r][c]); });
        });
}

/// The channels that fill no tile.
template <Rounding Way>
[[gnu::noinline]] inline void int8_output(const std::int8_t* x, const std::int8_t* w, std::size_t depth,
                                          const Int8Outputs<Way>& outputs, std::size_t channel,
                                          std::int8_t* y) noexcept {
    int8_tile<1, 1>(x, depth, w, depth, outputs, channel, y, 0);
}

template <std::size_t Rows, Rounding Way>
[[gnu::noinline]] inline void int8_rows(const std::int8_t* x, std::size_t x_pitch, const std::int8_t* w,
                                        std::size_t depth, std::size_t channels,
                                        const Int8Outputs<Way>& outputs, std::int8_t* y, std::size_t y_pitch,
                                        const void* widened) noexcept {
    constexpr std::size_t columns = this_int8.columns_of(Rows);
    std::size_t channel = 0;
    for (; channel + columns <= channels; channel += columns)
        int8_tile<Rows, columns>(x, x_pitch, w, depth, outputs, channel, y, y_pitch, widened);
    for (; channel < channels; ++channel)
        for (std::size_t r = 0; r < Rows; ++r)
            int8_output(x + r * x_pitch, w, depth, outputs, channel, y + r * y_pitch);
}

/// By dot products, a register tile at a time. One function for all layers, whose extents are no constants:
/// the code is small, and little is lost.
template <class Block = Int8Block, Rounding Way>
[[gnu::noinline]] void int8_tiles(const std::int8_t* x, std::size_t x_pitch, std::size_t rows,
                                  const std::int8_t* w, std::size_t depth, std::size_t channels,
                                  const Int8Outputs<Way>& outputs, std::int8_t* y, std::size_t y_pitch,
                                  [[maybe_unused]] std::int8_t* scratch) noexcept {
    const void* widened = nullptr;
    std::size_t row = 0;
    if constexpr (int8_tile_rows > 1)
        for (; row + int8_tile_rows <= rows; row += int8_tile_rows) {
            const std::int8_t* const from = x + row * x_pitch;
            if constexpr (has_widened<Block>) {
                if (scratch == nullptr)
                    break;
                auto* const to = reinterpret_cast<typename Block::Widened*>(scratch);
                Block::widen(from, from + x_pitch, depth / Block::size, to);
                widened = to;
            }
            int8_rows<int8_tile_rows>(from, x_pitch, w, depth, channels, outputs, y + row * y_pitch, y_pitch,
                                      widened);
        }
    for (; row < rows; ++row)
        int8_rows<1>(x + row * x_pitch, x_pitch, w, depth, channels, outputs, y + row * y_pitch, y_pitch,
                     nullptr);
}

} // namespace detail

/// y[r][c] = outputs(Σₖ x[r][k] · w[c][k], c) by the way that is chosen: the weights of each output are one
/// after the other. `scratch`, for words: rows · `int8_widened_bytes`, of up to `int8_tile_rows` rows;
/// without it some processors take one row at a time.
template <Int8Choice Choice, Rounding Way>
[[gnu::always_inline]] inline void
int8_product(const std::int8_t* x, std::size_t x_pitch, std::size_t rows, const std::int8_t* w,
             std::size_t depth, std::size_t channels, const Int8Outputs<Way>& outputs, std::int8_t* y,
             std::size_t y_pitch, std::int8_t* scratch = nullptr) noexcept {
    if constexpr (Choice.way == Int8Way::panels)
        detail::int8_panels<detail::Int8Pairs>(
            rows, [=](std::size_t r) { return x + r * x_pitch; }, w, depth, channels, outputs, y, y_pitch);
    else
        detail::int8_tiles(x, x_pitch, rows, w, depth, channels, outputs, y, y_pitch, scratch);
}

/// y[c] += factors[c] · Σₖ x[k] · w[c][k]
[[gnu::noinline]] inline void int8_add_product(const std::int8_t* x, const std::int8_t* w, std::size_t depth,
                                               std::size_t channels, const float* factors,
                                               float* y) noexcept {
    for (std::size_t c = 0; c < channels; ++c) {
        std::int32_t sum[1][1];
        int8_dots<1, 1>(x, depth, w + c * depth, depth, depth, sum);
        y[c] += factors[c] * static_cast<float>(sum[0][0]);
    }
}

} // namespace burin::kernels
