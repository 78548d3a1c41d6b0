#pragma once

#include "burin/kernels/simd/x86/transpose.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

inline constexpr bool loads_exact_rows = this_machine.exact_loads;

namespace detail {

/// A block, from column c on, of row r of `Rows` rows of N, without what is behind the last row.
template <std::size_t N, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline __m128 load_exact_block(const Scalar* rows, std::size_t r,
                                                      std::size_t c) noexcept {
    const std::size_t at = r * N + c;
    if (r >= Rows)
        return _mm_setzero_ps();
    if (at + block<Scalar> <= Rows * N)
        return load_block(rows + at);
    if constexpr (sizeof(Scalar) == 4)
        return _mm_maskz_loadu_ps(static_cast<__mmask8>((1u << (N - c)) - 1), rows + at);
    else
        return _mm_castpd_ps(_mm_load_sd(rows + at));
}

} // namespace detail

template <std::size_t N, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, N>
load_exact_rows_transposed(const Scalar* rows) noexcept {
    constexpr std::size_t block = detail::block<Scalar>;
    std::array<Vector<Scalar>, N> columns;
    const auto transpose_from = [&](std::size_t first) __attribute__((always_inline)) {
        const auto transposed =
            detail::load_blocks_transposed<Scalar>([=](std::size_t r) __attribute__((always_inline)) {
                return detail::load_exact_block<N, Rows>(rows, r, first);
            });
        for (std::size_t c = 0; c < std::min(block, N - first); ++c)
            columns[first + c] = transposed[c];
    };
    transpose_from(0);
    if constexpr (N > block)
        transpose_from(block);
    if constexpr (N > 2 * block)
        transpose_from(2 * block);
    if constexpr (N > 3 * block)
        transpose_from(3 * block);
    return columns;
}

} // namespace burin::kernels
