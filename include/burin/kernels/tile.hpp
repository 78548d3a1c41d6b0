#pragma once

#include "burin/kernels/simd.hpp"

#include <cstddef>

namespace burin::kernels {

/// Vector registers of the architecture: 32 for AVX-512 and AArch64, else 16.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr std::size_t vector_registers = 32;
#else
inline constexpr std::size_t vector_registers = 16;
#endif

/// Rows and vectors of a block of results that a matrix kernel keeps in registers.
struct TileShape {
    std::size_t rows = 1;
    std::size_t vectors = 1;
};

/// The next tile for a product of which `rows` rows are left, on a machine with `registers` vector registers.
///
/// A tile of R × V sums needs R·V registers for them, V for the row of the right matrix and one for the
/// broadcast element of the left. A fused multiply-add takes 4 cycles and two start in each, so at least 8
/// sums must be under way; and as two loads start in each, R + V loads must not take longer than R·V
/// multiply-adds. With V = 2 the tallest tile that fits has R = 6 with 16 registers (12 + 2 + 1 ≤ 16) and,
/// with room to spare, R = 12 with 32. Rows are split into tiles of nearly the same height, none of them
/// flat: 8 rows are 4 + 4, not 6 + 2. Where only one vector of columns is left, 8 rows make the 8 sums. Fewer
/// than 4 rows make up for it with wider tiles.
constexpr TileShape choose_tile(std::size_t rows, std::size_t registers, std::size_t vectors = 2) {
    const std::size_t most = registers >= 32 ? 12 : vectors == 1 ? 8 : 6;
    const std::size_t tiles = (rows + most - 1) / most;
    return {(rows + tiles - 1) / tiles, vectors};
}

/// result(r, c) = finish(start(r, c) + Σ_d left(r, d) · right(d, c)), the sums taken in the order of d.
///
/// All that a tile is not compiled for is in here: every layer of a program runs the same few tiles.
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
    /// Where the sums begin: element (r, c) is start[r · start_row + c]. A row of biases has start_row 0; if
    /// null, sums begin at 0. May be the result itself.
    const Scalar* start = nullptr;
    std::size_t start_row = 0;
    Scalar* packed = nullptr; ///< Where a packing tile leaves the vectors of `right` that it reads.
};

/// Stores the sums as they are.
struct StoreSum {
    template <class VectorType>
    VectorType operator()(const VectorType& sum) const noexcept {
        return sum;
    }
};

namespace detail {

// All loops over a tile have constant bounds and must be unrolled for the sums to live in registers.
#if defined(__clang__)
#define BURIN_DETAIL_UNROLL _Pragma("clang loop unroll(full)")
#define BURIN_DETAIL_UNROLL_4 _Pragma("clang loop unroll_count(4)")
#elif defined(__GNUC__)
#define BURIN_DETAIL_UNROLL _Pragma("GCC unroll 16")
#define BURIN_DETAIL_UNROLL_4 _Pragma("GCC unroll 4")
#else
#define BURIN_DETAIL_UNROLL
#define BURIN_DETAIL_UNROLL_4
#endif

/// One tile of `Rows` rows and `Vectors` vectors at the front of the product; the last vector has `rest` ≤
/// width columns if `Masked`. Not inlined: every layer of a program runs the same few tiles, which differ in
/// nothing that is known when compiling but the shape of the tile and what is done with the sums.
template <std::size_t Rows, std::size_t Vectors, bool Masked, bool Packs, class Scalar, class Finish>
[[gnu::noinline]] void multiply_tile(const Product<Scalar>& product, std::size_t rest,
                                     Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const auto load_at = [rest](const Scalar* row, std::size_t v) __attribute__((always_inline)) {
        return Masked && v + 1 == Vectors ? load_partial(row + v * lanes, rest) : load(row + v * lanes);
    };
    // Stores may alias what `product` refers to; copies are read once.
    Scalar* const result = product.result;
    const std::size_t result_row = product.result_row;

    Vector<Scalar> sums[Rows][Vectors];
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v)
            sums[r][v] = broadcast(Scalar(0));
    }
    if (product.start != nullptr) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v)
                sums[r][v] = load_at(product.start + r * product.start_row, v);
        }
    }

    const Scalar* left = product.left;
    const Scalar* right = product.right;
    Scalar* packed = product.packed;
    const std::size_t left_row = product.left_row;
    const std::size_t left_depth = product.left_depth;
    const std::size_t right_depth = product.right_depth;
    // Unrolled, for short sums: a loop that ends after few rounds is predicted right.
    BURIN_DETAIL_UNROLL_4
    for (std::size_t d = product.depth; d > 0; --d) {
        Vector<Scalar> row[Vectors];
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            row[v] = load_at(right, v);
            if constexpr (Packs)
                store(packed + v * lanes, row[v]);
        }
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            const Vector<Scalar> factor = broadcast(left[r * left_row]);
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v)
                sums[r][v] = fma(factor, row[v], sums[r][v]);
        }
        left += left_depth;
        right += right_depth;
        packed += Packs ? Vectors * lanes : 0;
    }

    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            const Vector<Scalar> value = finish(sums[r][v]);
            Scalar* const to = result + r * result_row + v * lanes;
            if (Masked && v + 1 == Vectors)
                store_partial(to, value, rest);
            else
                store(to, value);
        }
    }
}

#undef BURIN_DETAIL_UNROLL
#undef BURIN_DETAIL_UNROLL_4

} // namespace detail
} // namespace burin::kernels
