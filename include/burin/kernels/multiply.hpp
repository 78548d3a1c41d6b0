#pragma once

#include "burin/kernels/sweep.hpp"
#include "burin/kernels/tile.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin::kernels {

/// Rows of the right matrix that are used for all rows of the left before the next are touched: a panel of
/// two vectors then takes 16 KiB with 8 floats a vector, half of a first-level cache.
inline constexpr std::size_t block_depth = 256;

/// Of how many bytes such a block is where rows are few and it is read along its own rows: as many as stay in
/// the first-level cache until all its columns are done.
inline constexpr std::size_t streamed_bytes = 24 * 1024;

/// What `multiply` has to know of a depth: whether one block holds it. Depths of one class share their code.
template <std::size_t Depth>
inline constexpr std::size_t depth_class = Depth <= block_depth ? block_depth : block_depth + 1;

/// Fewer rows than these go one by one.
inline constexpr std::size_t many_rows = 4;

namespace detail {

/// Moves the product on by so many columns.
template <class Scalar>
void skip_columns(Product<Scalar>& product, std::size_t columns) noexcept {
    product.right += columns;
    product.result += columns;
    product.start += product.start != nullptr ? columns : 0;
}

template <class Scalar>
void skip_rows(Product<Scalar>& product, std::size_t rows) noexcept {
    product.left += rows * product.left_row;
    product.result += rows * product.result_row;
    product.start += product.start != nullptr ? rows * product.start_row : 0;
}

/// One row: wide tiles, then narrower ones.
template <class Scalar, class Finish>
[[gnu::noinline]] void multiply_row(Product<Scalar> product, std::size_t columns, Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const auto tiles_of = [&]<std::size_t Vectors, bool Masked>(std::integral_constant<std::size_t, Vectors>,
                                                                std::bool_constant<Masked>) {
        constexpr std::size_t least = Masked ? (Vectors - 1) * lanes + 1 : Vectors * lanes;
        while (columns >= least) {
            const std::size_t count = std::min(columns, Vectors * lanes);
            multiply_tile<1, Vectors, Masked, false>(product, count - (Vectors - 1) * lanes, finish);
            skip_columns(product, count);
            columns -= count;
        }
    };
    tiles_of(std::integral_constant<std::size_t, 8>{}, std::false_type{});
    tiles_of(std::integral_constant<std::size_t, 4>{}, std::false_type{});
    tiles_of(std::integral_constant<std::size_t, 2>{}, std::bool_constant<(lanes > 1)>{});
    tiles_of(std::integral_constant<std::size_t, 1>{}, std::bool_constant<(lanes > 1)>{});
}

/// At least `many_rows` rows with one panel of `Vectors` vectors, the last of `rest` columns if `Masked`. Of
/// many tiles the first packs the panel and the others read it packed: where a row of the right matrix is a
/// power of two long, the panel's own rows would push each other out of the cache.
template <std::size_t Vectors, bool Masked, class Scalar, class Finish>
void multiply_panel(Product<Scalar> product, std::size_t rows, std::size_t rest, Finish finish) noexcept {
    constexpr std::size_t most = choose_tile(1'000'000, vector_registers, Vectors).rows;
    // Without vectors there is no cache worth the memory.
    if (width<Scalar> > 1 && rows >= 2 * most) {
        multiply_tile<most, Vectors, Masked, true>(product, rest, finish);
        skip_rows(product, most);
        rows -= most;
        product.right = product.packed;
        product.right_depth = Vectors * width<Scalar>;
    }
    while (rows > 0) {
        const std::size_t height = choose_tile(rows, vector_registers, Vectors).rows;
        // A chain of comparisons, the tallest first: it is by far the most frequent.
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (void)((height == most - I &&
                    (multiply_tile<most - I, Vectors, Masked, false>(product, rest, finish), true)) ||
                   ...);
        }(std::make_index_sequence<most - 2>{});
        skip_rows(product, height);
        rows -= height;
    }
}

template <class Scalar, class Finish>
[[gnu::noinline]] void multiply_panels(Product<Scalar> product, std::size_t rows, std::size_t columns,
                                       Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    alignas(64) Scalar packed[lanes > 1 ? 2 * lanes * block_depth : 1];
    product.packed = packed;
    for (; columns >= 2 * lanes; columns -= 2 * lanes) {
        multiply_panel<2, false>(product, rows, lanes, finish);
        skip_columns(product, 2 * lanes);
    }
    if constexpr (lanes > 1)
        if (columns > lanes)
            return multiply_panel<2, true>(product, rows, columns - lanes, finish);
    if (columns > 0)
        multiply_panel<1, (lanes > 1)>(product, rows, columns, finish);
}

/// Calls block(product) for blocks of at most `most` of the depth; all but the first add to the result.
template <class Scalar, class Block>
void for_each_block(Product<Scalar> product, std::size_t most, Block block) noexcept {
    const std::size_t total = product.depth;
    const std::size_t blocks = (total + most - 1) / most;
    const std::size_t each = (total + blocks - 1) / blocks;
    product.depth = each;
    block(product);
    product.start = product.result;
    product.start_row = product.result_row;
    for (std::size_t done = each; done < total; done += each) {
        product.left += each * product.left_depth;
        product.right += each * product.right_depth;
        product.depth = std::min(each, total - done);
        block(product);
    }
}

template <class Scalar, class Finish>
[[gnu::noinline]] void finish_rows(Scalar* result, std::size_t result_row, std::size_t rows,
                                   std::size_t columns, Finish finish) noexcept {
    for (std::size_t row = 0; row < rows; ++row, result += result_row)
        map(columns, result, finish, result);
}

} // namespace detail

/// The whole product, of `rows` rows and `columns` columns. `MaxDepth` is what `product.depth` can't exceed.
/// A result depends on neither the number of rows nor its place among them.
///
/// Nothing here but the depth is a constant, so that all layers of a program share the code. `finish` runs in
/// the tiles where the depth is one block, else once over the result: next to so many sums that costs
/// nothing.
template <std::size_t MaxDepth, class Scalar, class Finish>
void multiply(const Product<Scalar>& product, std::size_t rows, std::size_t columns, Finish finish) noexcept {
    if (rows < many_rows) {
        const std::size_t most = std::max<std::size_t>(8, streamed_bytes / (sizeof(Scalar) * columns));
        if (product.depth <= most) {
            Product<Scalar> row = product;
            for (; rows > 0; --rows, detail::skip_rows(row, 1))
                detail::multiply_row(row, columns, finish);
            return;
        }
        detail::for_each_block(product, most, [&](Product<Scalar> block) {
            for (std::size_t row = 0; row < rows; ++row, detail::skip_rows(block, 1))
                detail::multiply_row(block, columns, StoreSum{});
        });
        detail::finish_rows(product.result, product.result_row, rows, columns, finish);
    } else if constexpr (MaxDepth <= block_depth) {
        detail::multiply_panels(product, rows, columns, finish);
    } else {
        detail::for_each_block(product, block_depth, [&](const Product<Scalar>& block) {
            detail::multiply_panels(block, rows, columns, StoreSum{});
        });
        detail::finish_rows(product.result, product.result_row, rows, columns, finish);
    }
}

} // namespace burin::kernels
