#pragma once

#include "burin/kernels/simd.hpp"

#include <cstddef>
#include <utility>

namespace burin::kernels {

/// Rows and vectors of the block of results that a matrix kernel keeps in registers.
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
/// A tile of R × V sums needs R·V registers for them, V for the row of the right matrix and one for the broadcast
/// element of the left. A fused multiply-add takes 4 cycles and two start in each, so at least 8 sums must be under
/// way. Each step loads V vectors and R broadcasts for R·V multiply-adds, so among tiles that fit the squarest is
/// best; V = 2 makes R = 6 with 16 registers (12 + 2 + 1 ≤ 16) and R = 14 with 32, of which 12 are taken, so that
/// the usual batch sizes 8, 32 and 128 leave less over. With few rows V grows to keep 8 sums.
constexpr TileShape choose_tile(std::size_t rows, std::size_t registers) {
    const std::size_t most = registers >= 32 ? 12 : 6;
    if (rows >= most)
        return {most, 2};
    if (rows >= 4)
        return {4, registers >= 32 ? std::size_t{4} : std::size_t{2}};
    if (rows >= 2)
        return {2, 4};
    return {1, 8};
}

namespace detail {

/// f(0), f(1), …, f(Count − 1) with constants, so that arrays indexed by them can live in registers.
template <std::size_t Count, class Function>
[[gnu::always_inline]] inline void unroll(Function&& f) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (f(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<Count>{});
}

}  // namespace detail

/// A run of columns: `Full` vectors and then `Rest` < width single elements.
template <std::size_t Full, std::size_t Rest>
struct Columns {
    static constexpr std::size_t vectors = Full + (Rest > 0 ? 1 : 0);

    template <std::size_t V, class Scalar>
    [[gnu::always_inline]] static Vector<Scalar> load_at(const Scalar* row) noexcept {
        if constexpr (V < Full)
            return load(row + V * width<Scalar>);
        else
            return load_partial(row + V * width<Scalar>, Rest);
    }

    template <std::size_t V, class Scalar>
    [[gnu::always_inline]] static void store_at(Scalar* row, const Vector<Scalar>& value) noexcept {
        if constexpr (V < Full)
            store(row + V * width<Scalar>, value);
        else
            store_partial(row + V * width<Scalar>, value, Rest);
    }
};

/// A matrix whose element (row, depth) is at data[row · row_stride + depth · depth_stride].
template <class Scalar>
struct LeftMatrix {
    const Scalar* data;
    std::size_t row_stride;
    std::size_t depth_stride;
};

/// finish(r, v, start(r, v) + Σ_d left(r, d) · right(d, v)) for every sum of a tile, v counting vectors, the sum taken
/// in the order of d. `right` has its rows `right_stride` apart.
template <std::size_t Rows, class ColumnsType, class Scalar, class Start, class Finish>
[[gnu::always_inline]] inline void multiply_tile(const LeftMatrix<Scalar>& left, const Scalar* right,
                                                 std::size_t right_stride, std::size_t depth, Start start,
                                                 Finish finish) noexcept {
    constexpr std::size_t vectors = ColumnsType::vectors;
    Vector<Scalar> sums[Rows][vectors];
    detail::unroll<Rows>([&](auto r) __attribute__((always_inline)) {
        detail::unroll<vectors>([&](auto v) __attribute__((always_inline)) { sums[r][v] = start(r, v); });
    });
    const Scalar* left_at = left.data;
    const Scalar* right_at = right;
    for (std::size_t d = 0; d < depth; ++d) {
        Vector<Scalar> row[vectors];
        detail::unroll<vectors>([&](auto v) __attribute__((always_inline)) {
            row[v] = ColumnsType::template load_at<v.value>(right_at);
        });
        detail::unroll<Rows>([&](auto r) __attribute__((always_inline)) {
            const Vector<Scalar> factor = broadcast(left_at[r * left.row_stride]);
            detail::unroll<vectors>([&](auto v) __attribute__((always_inline)) {
                sums[r][v] = fma(factor, row[v], sums[r][v]);
            });
        });
        left_at += left.depth_stride;
        right_at += right_stride;
    }
    detail::unroll<Rows>([&](auto r) __attribute__((always_inline)) {
        detail::unroll<vectors>([&](auto v) __attribute__((always_inline)) { finish(r, v, sums[r][v]); });
    });
}

/// Calls f(first column, Columns) for panels of `Vectors` vectors that cover N columns, the last with what is left.
template <std::size_t N, std::size_t Vectors, class Scalar, class Function>
[[gnu::always_inline]] inline void for_each_panel(Function f) noexcept {
    constexpr std::size_t panel = Vectors * width<Scalar>;
    constexpr std::size_t rest = N % panel;
    for (std::size_t column = 0; column + panel <= N; column += panel)
        f(column, Columns<Vectors, 0>{});
    if constexpr (rest > 0)
        f(N - rest, Columns<rest / width<Scalar>, rest % width<Scalar>>{});
}

}  // namespace burin::kernels
