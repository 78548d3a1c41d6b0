#pragma once

#include "burin/kernels/tile.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace burin::kernels {

/// Rows of the right matrix that are used for all rows of the left before the next are touched: a panel of
/// two vectors then takes 16 KiB with 8 floats a vector, half of a first-level cache.
inline constexpr std::size_t block_depth = 256;

/// Of how many bytes such a block is where rows are few and it is read but once, along its rows: as many as
/// stay in the first-level cache until all its columns are done.
inline constexpr std::size_t streamed_bytes = 24 * 1024;

namespace detail {

/// Processors without vectors have no cache worth the memory.
template <class Scalar>
inline constexpr bool packs_panels = width<Scalar> > 1;

/// The product of the front `Rows` rows with `Columns` columns, in panels of `Vectors` vectors.
template <std::size_t Rows, std::size_t Vectors, std::size_t Columns, Start StartAt, class Scalar,
          class Finish>
void multiply_rows(Product<Scalar> product, Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t panel = Vectors * lanes;
    for (std::size_t done = 0; done + panel <= Columns; done += panel) {
        multiply_tile<Rows, Vectors, false, false, StartAt>(product, 0, finish);
        product.right += panel;
        product.result += panel;
        product.start += StartAt == Start::row ? panel : 0;
    }
    constexpr std::size_t rest = Columns % panel;
    constexpr std::size_t vectors = (rest + lanes - 1) / lanes;
    if constexpr (rest > 0)
        multiply_tile<Rows, vectors, rest % lanes != 0, false, StartAt>(product, rest % lanes, finish);
}

/// All rows with one panel of `Vectors` vectors. The first tile packs the panel, the others read it packed:
/// where a row of the right matrix is a power of two long, the panel's own rows would push each other out of
/// the cache.
template <std::size_t Vectors, std::size_t Rest, Start StartAt, class Scalar, class Finish>
void multiply_panel(Product<Scalar> product, std::size_t rows, Finish finish) noexcept {
    constexpr std::size_t most = choose_tile(1'000'000, vector_registers, Vectors).rows;
    bool packs = packs_panels<Scalar> && rows > most;
    while (rows > 0) {
        const std::size_t height = choose_tile(rows, vector_registers, Vectors).rows;
        const auto tile = [&]<std::size_t Rows>(std::integral_constant<std::size_t, Rows>) {
            if (packs)
                multiply_tile<Rows, Vectors, Rest != 0, true, StartAt>(product, Rest, finish);
            else
                multiply_tile<Rows, Vectors, Rest != 0, false, StartAt>(product, Rest, finish);
        };
        // A chain of comparisons, the tallest first: it is by far the most frequent.
        const auto choose = [&]<std::size_t... I>(std::index_sequence<I...>) {
            (void)((height == most - I && (tile(std::integral_constant<std::size_t, most - I>{}), true)) ||
                   ...);
        };
        choose(std::make_index_sequence<most - 2>{});
        product.left += height * product.left_row;
        product.result += height * product.result_row;
        rows -= height;
        if (packs) {
            packs = false;
            product.right = product.packed;
            product.right_depth = Vectors * width<Scalar>;
        }
    }
}

/// A product whose depth is done at once.
template <std::size_t Columns, Start StartAt, class Scalar, class Finish>
void multiply_block(Product<Scalar> product, std::size_t rows, Finish finish) noexcept {
    if (rows == 1)
        return multiply_rows<1, choose_tile(1, vector_registers).vectors, Columns, StartAt>(product, finish);
    if (rows == 2)
        return multiply_rows<2, choose_tile(2, vector_registers).vectors, Columns, StartAt>(product, finish);
    if (rows == 3)
        return multiply_rows<3, choose_tile(3, vector_registers).vectors, Columns, StartAt>(product, finish);

    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t panel = std::min(2 * lanes, (Columns + lanes - 1) / lanes * lanes);
    alignas(64) Scalar packed[packs_panels<Scalar> ? block_depth * panel : 1];
    product.packed = packed;
    for (std::size_t done = 0; done + 2 * lanes <= Columns; done += 2 * lanes) {
        multiply_panel<2, 0, StartAt>(product, rows, finish);
        product.right += 2 * lanes;
        product.result += 2 * lanes;
        product.start += StartAt == Start::row ? 2 * lanes : 0;
    }
    constexpr std::size_t rest = Columns % (2 * lanes);
    if constexpr (rest > 0)
        multiply_panel<(rest + lanes - 1) / lanes, rest % lanes, StartAt>(product, rows, finish);
}

} // namespace detail

/// The whole product, of `rows` rows and `Columns` columns. `MaxDepth` is what `product.depth` can't exceed.
/// A result depends on neither the number of rows nor its place among them.
template <std::size_t Columns, std::size_t MaxDepth, Start StartAt, class Scalar, class Finish>
void multiply(Product<Scalar> product, std::size_t rows, Finish finish) noexcept {
    constexpr std::size_t streamed =
        std::max<std::size_t>(8, streamed_bytes / (sizeof(Scalar) * std::max<std::size_t>(Columns, 1)));
    const std::size_t most = rows < 4 ? streamed : block_depth;
    if constexpr (MaxDepth > std::min(block_depth, streamed)) {
        if (product.depth > most) {
            const std::size_t total = product.depth;
            const std::size_t blocks = (total + most - 1) / most;
            const std::size_t each = (total + blocks - 1) / blocks;
            const auto next = [&] {
                product.left += each * product.left_depth;
                product.right += each * product.right_depth;
            };
            product.depth = each;
            detail::multiply_block<Columns, StartAt>(product, rows, StoreSum{});
            next();
            std::size_t left = total - each;
            for (; left > each; left -= each, next())
                detail::multiply_block<Columns, Start::result>(product, rows, StoreSum{});
            product.depth = left;
            return detail::multiply_block<Columns, Start::result>(product, rows, finish);
        }
    }
    detail::multiply_block<Columns, StartAt>(product, rows, finish);
}

} // namespace burin::kernels
