#pragma once

#include "burin/kernels/pairwise.hpp"
#include "burin/kernels/simd.hpp"

#include <cstddef>

namespace burin::kernels {

namespace detail {

/// The sums of `Vectors` vectors of columns, of which the last has `columns` lanes if `Masked`.
template <std::size_t Vectors, bool Masked, class Scalar>
[[gnu::always_inline]] inline void sum_columns(const Scalar* matrix, std::size_t rows, std::size_t row_size,
                                               Scalar* sums, bool adds, std::size_t columns) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t splits = Vectors < 4 ? 4 / Vectors : 2; // Four sums are under way at least.
    const auto load_from = [columns](const Scalar* from) __attribute__((always_inline)) {
        return Masked ? load_partial(from, columns) : load(from);
    };
    Vector<Scalar> running[splits][Vectors];
    for (auto& split : running)
        for (auto& sum : split)
            sum = broadcast(Scalar(0));
    const auto sum_of = [&](std::size_t v) __attribute__((always_inline)) {
        Vector<Scalar> sum = running[0][v];
        for (std::size_t s = 1; s < splits; ++s)
            sum = sum + running[s][v];
        return sum;
    };
    std::size_t r = 0;
    constexpr std::size_t block = splits * terms_per_block;
    if (rows >= 2 * block) {
        PairwiseSum<Vector<Scalar>> blocks[Vectors];
        for (; r + 2 * block <= rows; r += block) {
            for (std::size_t i = 0; i < block; i += splits)
                for (std::size_t s = 0; s < splits; ++s, matrix += row_size)
                    for (std::size_t v = 0; v < Vectors; ++v)
                        running[s][v] = running[s][v] + load_from(matrix + v * lanes);
            for (std::size_t v = 0; v < Vectors; ++v) {
                blocks[v].add(sum_of(v));
                for (std::size_t s = 0; s < splits; ++s)
                    running[s][v] = broadcast(Scalar(0));
            }
        }
        for (std::size_t v = 0; v < Vectors; ++v)
            running[0][v] = blocks[v].total(broadcast(Scalar(0)));
    }
    for (; r + splits <= rows; r += splits)
        for (std::size_t s = 0; s < splits; ++s, matrix += row_size)
            for (std::size_t v = 0; v < Vectors; ++v)
                running[s][v] = running[s][v] + load_from(matrix + v * lanes);
    for (; r < rows; ++r, matrix += row_size)
        for (std::size_t v = 0; v < Vectors; ++v)
            running[0][v] = running[0][v] + load_from(matrix + v * lanes);
    for (std::size_t v = 0; v < Vectors; ++v) {
        Vector<Scalar> sum = sum_of(v);
        Scalar* const to = sums + v * lanes;
        if (adds)
            sum = sum + load_from(to);
        if constexpr (Masked)
            store_partial(to, sum, columns);
        else
            store(to, sum);
    }
}

} // namespace detail

/// sums (+)= the sum of each column of a matrix [rows, columns].
template <class Scalar>
[[gnu::noinline]] void column_sums(const Scalar* matrix, std::size_t rows, std::size_t columns, Scalar* sums,
                                   bool adds) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    std::size_t c = 0;
    for (std::size_t fours = columns / (4 * lanes); fours > 0; --fours, c += 4 * lanes)
        detail::sum_columns<4, false>(matrix + c, rows, columns, sums + c, adds, 0);
    for (std::size_t ones = columns % (4 * lanes) / lanes; ones > 0; --ones, c += lanes)
        detail::sum_columns<1, false>(matrix + c, rows, columns, sums + c, adds, 0);
    if (c < columns)
        detail::sum_columns<1, true>(matrix + c, rows, columns, sums + c, adds, columns - c);
}

} // namespace burin::kernels
