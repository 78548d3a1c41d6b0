#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

/// What a vector may read beside narrow rows: as many elements as it has more than a row.
enum class Beside { nothing, before, behind };

/// The columns of as many rows of N as a vector has lanes: lane r of vector c is element c of row r. What is
/// summed along a row is then summed lane by lane, for all rows at once. For rows of a few vectors. Narrow
/// rows are loaded with what is readable before the first or behind the last of them.
template <std::size_t N, Beside Readable = Beside::nothing, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, N>
load_rows_transposed(const Scalar* rows) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    std::array<Vector<Scalar>, N> columns;
    if constexpr (N < lanes && loads_exact_rows) {
        return load_exact_rows_transposed<N, lanes>(rows);
    } else if constexpr (N < lanes && Readable != Beside::nothing) {
        constexpr std::size_t before = Readable == Beside::before ? lanes - N : 0;
        const auto block = load_transposed(rows - before, N);
        BURIN_DETAIL_UNROLL
        for (std::size_t c = 0; c < N; ++c)
            columns[c] = block[before + c];
    } else if constexpr (N < lanes) {
        Scalar wide[lanes * lanes];
        for (std::size_t r = 0; r < lanes; ++r)
            store(wide + r * lanes, load_partial(rows + r * N, N));
        const auto block = load_transposed(wide, lanes);
        BURIN_DETAIL_UNROLL
        for (std::size_t c = 0; c < N; ++c)
            columns[c] = block[c];
    } else {
        // The last block may overlap the one before. What is not unrolled here lies in memory.
        BURIN_DETAIL_UNROLL
        for (std::size_t begin = 0; begin < N; begin += lanes) {
            const std::size_t first = std::min(begin, N - lanes);
            const auto block = load_transposed(rows + first, N);
            BURIN_DETAIL_UNROLL
            for (std::size_t c = 0; c < lanes; ++c)
                columns[first + c] = block[c];
        }
    }
    return columns;
}

/// Writes them back as rows.
template <std::size_t N, class Scalar>
[[gnu::always_inline]] inline void store_rows_transposed(const std::array<Vector<Scalar>, N>& columns,
                                                         Scalar* rows) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    Scalar wide[std::max(N, lanes) * lanes];
    for (std::size_t c = 0; c < N; ++c)
        store(wide + c * lanes, columns[c]);
    for (std::size_t c = N; c < lanes; ++c)
        store(wide + c * lanes, columns[0]);
    for (std::size_t begin = 0; begin < N; begin += lanes) {
        const std::size_t first = std::min(begin, std::max(N, lanes) - lanes);
        const auto block = load_transposed(wide + first * lanes, lanes);
        for (std::size_t r = 0; r < lanes; ++r)
            if constexpr (N < lanes)
                store_partial(rows + r * N, block[r], N);
            else
                store(rows + r * N + first, block[r]);
    }
}

} // namespace burin::kernels
