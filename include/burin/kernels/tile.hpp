#pragma once

#include "burin/kernels/simd.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::kernels {

/// Rows and vectors of a block of results that a matrix kernel keeps in registers.
struct TileShape {
    std::size_t rows = 1;
    std::size_t vectors = 1;
};

/// Vector registers of the architecture: 32 for AVX-512 and AArch64, else 16.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr std::size_t vector_registers = 32;
#else
inline constexpr std::size_t vector_registers = 16;
#endif

/// The tile for products of `rows` rows, on a machine with `registers` vector registers.
///
/// A tile of R × V sums needs R·V registers for them, V for the row of the right matrix and one for the
/// broadcast element of the left. A fused multiply-add takes 4 cycles and two start in each, so at least 8
/// sums must be under way. Each step loads V vectors and R broadcasts for R·V multiply-adds, so among the
/// tiles that fit the squarest is best; V = 2 makes R = 6 with 16 registers (12 + 2 + 1 ≤ 16) and R = 14 with
/// 32, of which 12 are taken, so that the usual batch sizes 8, 32 and 128 leave less over. With few rows V
/// grows to keep 8 sums.
constexpr TileShape choose_tile(std::size_t rows, std::size_t registers) {
    const std::size_t most = registers >= 32 ? 12 : 6;
    const std::size_t few = registers >= 32 ? 4 : 2;
    if (rows >= most)
        return {most, 2};
    if (rows >= few)
        return {few, 4};
    return {1, 8};
}

/// result(r, c) = finish(start(r, c) + Σ_d left(r, d) · right(d, c)), the sums taken in the order of d.
template <class Scalar>
struct Product {
    const Scalar* left = nullptr; ///< Element (r, d) is left[r · left_row + d · left_depth].
    std::size_t left_row = 0;
    std::size_t left_depth = 1;
    const Scalar* right = nullptr; ///< Element (d, c) is right[d · right_depth + c].
    std::size_t right_depth = 0;
    std::size_t depth = 0;
    Scalar* result = nullptr; ///< Element (r, c) is result[r · result_row + c].
    std::size_t result_row = 0;
    const Scalar* start = nullptr;     ///< What Start reads, if anything: a row of biases.
    const Scalar* activated = nullptr; ///< What Finish reads, if anything; laid out as the result.
};

/// Sums begin at 0, at the column's element of a row of biases, or at what the result holds already.
enum class Start { zero, row, result };

namespace detail {

// All loops over a tile have constant bounds and must be unrolled for the sums to live in registers.
#if defined(__clang__)
#define BURIN_DETAIL_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define BURIN_DETAIL_UNROLL _Pragma("GCC unroll 16")
#else
#define BURIN_DETAIL_UNROLL
#endif

/// One tile of `Rows` rows and `Vectors` vectors at the front of the product; the last vector has only `rest`
/// columns if `Masked`. Not inlined: every layer of a program runs the same few tiles, which differ in
/// nothing that is known when compiling but the shape of the tile and what is done with the sums.
template <std::size_t Rows, std::size_t Vectors, bool Masked, Start StartAt, class Scalar, class Finish>
[[gnu::noinline]] void multiply_tile(const Product<Scalar>& product, std::size_t rest,
                                     Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const auto load_at = [rest](const Scalar* row, std::size_t v) __attribute__((always_inline)) {
        return Masked && v + 1 == Vectors ? load_partial(row + v * lanes, rest) : load(row + v * lanes);
    };

    Vector<Scalar> sums[Rows][Vectors];
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            if constexpr (StartAt == Start::zero)
                sums[r][v] = broadcast(Scalar(0));
            else if constexpr (StartAt == Start::row)
                sums[r][v] = load_at(product.start, v);
            else
                sums[r][v] = load_at(product.result + r * product.result_row, v);
        }
    }

    const Scalar* left = product.left;
    const Scalar* right = product.right;
    const std::size_t left_row = product.left_row;
    const std::size_t left_depth = product.left_depth;
    const std::size_t right_depth = product.right_depth;
    for (std::size_t d = product.depth; d > 0; --d) {
        Vector<Scalar> row[Vectors];
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v)
            row[v] = load_at(right, v);
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            const Vector<Scalar> factor = broadcast(left[r * left_row]);
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v)
                sums[r][v] = fma(factor, row[v], sums[r][v]);
        }
        left += left_depth;
        right += right_depth;
    }

    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            Vector<Scalar> activated = broadcast(Scalar(0));
            if constexpr (Finish::reads_activation)
                activated = load_at(product.activated + r * product.result_row, v);
            const Vector<Scalar> value = finish(sums[r][v], activated);
            Scalar* const to = product.result + r * product.result_row + v * lanes;
            if (Masked && v + 1 == Vectors)
                store_partial(to, value, rest);
            else
                store(to, value);
        }
    }
}

#undef BURIN_DETAIL_UNROLL

/// All columns of `Rows` rows: panels of as many vectors as the tile has, then of fewer.
template <std::size_t Rows, Start StartAt, class Scalar, class Finish>
void multiply_rows(Product<Scalar> product, std::size_t columns, Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t vectors = choose_tile(Rows, vector_registers).vectors;
    const auto tile = [&](auto tile_vectors) {
        constexpr std::size_t count = tile_vectors.value * lanes;
        while (columns >= count) {
            multiply_tile<Rows, tile_vectors.value, false, StartAt>(product, 0, finish);
            product.right += count;
            product.result += count;
            product.start += StartAt == Start::row ? count : 0;
            product.activated += Finish::reads_activation ? count : 0;
            columns -= count;
        }
    };
    tile(std::integral_constant<std::size_t, vectors>{});
    if constexpr (vectors > 2)
        tile(std::integral_constant<std::size_t, 2>{});
    if (columns > lanes)
        multiply_tile<Rows, 2, true, StartAt>(product, columns - lanes, finish);
    else if (columns == lanes)
        multiply_tile<Rows, 1, false, StartAt>(product, 0, finish);
    else if (columns > 0)
        multiply_tile<Rows, 1, true, StartAt>(product, columns, finish);
}

} // namespace detail

/// The whole product of `rows` rows and `columns` columns. A result depends on neither the number of rows nor
/// its place among them.
template <Start StartAt, class Scalar, class Finish>
void multiply(Product<Scalar> product, std::size_t rows, std::size_t columns, Finish finish) noexcept {
    const auto cover = [&](auto block) {
        while (rows >= block.value) {
            detail::multiply_rows<block.value, StartAt>(product, columns, finish);
            product.left += block.value * product.left_row;
            product.result += block.value * product.result_row;
            product.activated += Finish::reads_activation ? block.value * product.result_row : 0;
            rows -= block.value;
        }
    };
    cover(std::integral_constant<std::size_t, choose_tile(1000, vector_registers).rows>{});
    cover(std::integral_constant<std::size_t, choose_tile(5, vector_registers).rows>{});
    cover(std::integral_constant<std::size_t, 1>{});
}

/// Stores the sums as they are.
struct StoreSum {
    static constexpr bool reads_activation = false;

    template <class VectorType>
    VectorType operator()(const VectorType& sum, const VectorType&) const noexcept {
        return sum;
    }
};

} // namespace burin::kernels
