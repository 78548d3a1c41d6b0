#pragma once

// Dot products of 8-bit integers with 32-bit sums, exact.

#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/int8/instructions.hpp"
#include "burin/kernels/int8/unrolled.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace burin::kernels {

namespace detail {

/// A window of this row, so many elements wide as a block, keeps the block's last elements.
alignas(Int8Block::size) inline constexpr auto int8_mask_row = [] {
    std::array<std::int8_t, 2 * Int8Block::size> row{};
    for (std::size_t i = Int8Block::size; i < row.size(); ++i)
        row[i] = -1;
    return row;
}();

} // namespace detail

/// What the products are made with.
inline constexpr std::string_view int8_architecture = name_of(this_machine.dot_product);

/// What `choose_int8` chooses among on this processor.
inline constexpr Int8Instructions this_int8 = int8_instructions(this_machine.dot_product);
static_assert(
    this_int8.block == detail::Int8Block::size && this_int8.lanes == detail::Int8Lanes::channels &&
        (this_int8.pair_channels > 0) == has_pairs<detail::Int8Pairs> &&
        this_int8.panels == has_panels<detail::Int8Pairs> &&
        (this_int8.quads.lanes > 0) == has_quads<detail::Int8QuadVectors>,
    "kernels/machine.hpp has other instructions for 8-bit integers than kernels/int8/instructions.hpp");

/// Rows of the register tile.
inline constexpr std::size_t int8_tile_rows = this_int8.tile_rows;

/// Whether rows are widened once for all columns, and the bytes that takes of each.
template <class Block>
inline constexpr bool has_widened = requires { typename Block::Widened; };
constexpr std::size_t int8_widened_bytes(std::size_t depth) noexcept {
    return depth / this_int8.block * this_int8.widened_bytes;
}

/// Whether the lanes of so many sums are added up together.
template <class Block, std::size_t Columns>
inline constexpr bool has_totals = Columns == 4 && requires { &Block::totals; };

/// sums[r][c] = Σₖ x[r · x_pitch + k] · w[c · w_pitch + k], k < depth. No w is −128. The sums must fit 32
/// bits, as they do for up to 2¹⁷ products. `widened`: whole blocks of several rows, where they are.
template <std::size_t Rows, std::size_t Columns, class Block = detail::Int8Block>
[[gnu::always_inline]] inline void int8_dots(const std::int8_t* x, std::size_t x_pitch, const std::int8_t* w,
                                             std::size_t w_pitch, std::size_t depth,
                                             std::int32_t (&sums)[Rows][Columns],
                                             [[maybe_unused]] const void* widened = nullptr) noexcept {
    typename Block::Sum tile[Rows][Columns];
    detail::unrolled<Rows * Columns>([&](auto i) { tile[i / Columns][i % Columns] = Block::zero(); });
    const auto add = [&](const typename Block::Input(&inputs)[Rows], const auto& weight_of) {
        detail::unrolled<Columns>([&](auto c) {
            const typename Block::Weight weight = weight_of(c);
            detail::unrolled<Rows>([&](auto r) { tile[r][c] = Block::add(tile[r][c], inputs[r], weight); });
        });
    };

    typename Block::Input inputs[Rows];
    const std::size_t rest = depth % Block::size;
    const std::int8_t* w_at = w;
    if constexpr (Rows > 1 && has_widened<Block>) {
        auto* from = static_cast<const typename Block::Widened*>(widened);
        for (const auto* const end = from + depth / Block::size; from != end; ++from, w_at += Block::size) {
            Block::keep(w_at);
            inputs[0] = from->first;
            inputs[1] = from->second;
            add(inputs, [&](std::size_t c) { return Block::weight(w_at + c * w_pitch); });
        }
    } else {
        const std::int8_t* x_at = x;
        for (const std::int8_t* const end = x + (depth - rest); x_at != end;
             x_at += Block::size, w_at += Block::size) {
            if constexpr (requires { &Block::keep; }) {
                Block::keep(x_at);
                Block::keep(w_at);
            }
            detail::unrolled<Rows>([&](auto r) { inputs[r] = Block::input(x_at + r * x_pitch); });
            add(inputs, [&](std::size_t c) { return Block::weight(w_at + c * w_pitch); });
        }
    }
    [[maybe_unused]] bool is_complete = rest == 0;
    if constexpr (Block::size > 1)
        if (rest > 0 && depth >= Block::size) {
            // The block that ends with the row, without what has been added.
            const std::int8_t* const mask = detail::int8_mask_row.data() + rest;
            const std::size_t last = depth - Block::size;
            detail::unrolled<Rows>(
                [&](auto r) { inputs[r] = Block::masked_input(x + r * x_pitch + last, mask); });
            add(inputs, [&](std::size_t c) { return Block::weight(w + c * w_pitch + last); });
            is_complete = true;
        }
    if constexpr (requires { &Block::first_input; })
        if (!is_complete) {
            detail::unrolled<Rows>([&](auto r) { inputs[r] = Block::first_input(x + r * x_pitch, depth); });
            add(inputs, [&](std::size_t c) { return Block::first_weight(w + c * w_pitch, depth); });
            is_complete = true;
        }
    if constexpr (has_totals<Block, Columns>) {
        detail::unrolled<Rows>([&](auto r) { Block::totals(tile[r], sums[r]); });
    } else {
        detail::unrolled<Rows * Columns>([&](auto i) {
            constexpr std::size_t r = i / Columns, c = i % Columns;
            std::int32_t sum = Block::total(tile[r][c]);
            if constexpr (Block::size > 1 && !requires { &Block::first_input; })
                if (!is_complete)
                    for (std::size_t one = 0; one < depth; ++one)
                        sum += x[r * x_pitch + one] * w[c * w_pitch + one];
            sums[r][c] = sum;
        });
    }
}

} // namespace burin::kernels
