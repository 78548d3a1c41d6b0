#pragma once

#include "burin/kernels/simd/x86/blocks.hpp"
#include "burin/kernels/simd/x86/transpose.hpp"
#include "burin/kernels/unroll.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

namespace detail {

/// Block q of result i is block i of v[q].
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, 4>
transpose_blocks(const std::array<Vector<Scalar>, 4>& v) noexcept {
    const auto even = choose_blocks<0, 2>(v[0].data, v[1].data),
               odd = choose_blocks<1, 3>(v[0].data, v[1].data),
               even_below = choose_blocks<0, 2>(v[2].data, v[3].data),
               odd_below = choose_blocks<1, 3>(v[2].data, v[3].data);
    return {Vector<Scalar>(choose_blocks<0, 2>(even, even_below)),
            Vector<Scalar>(choose_blocks<0, 2>(odd, odd_below)),
            Vector<Scalar>(choose_blocks<1, 3>(even, even_below)),
            Vector<Scalar>(choose_blocks<1, 3>(odd, odd_below))};
}

/// A square of as many rows as a block has elements, transposed within each block.
template <class Scalar>
[[gnu::always_inline]] inline auto transpose_within_blocks(const Vector<Scalar>* row) noexcept {
    if constexpr (block<Scalar> == 4)
        return transpose_4x4<Scalar>({row[0], row[1], row[2], row[3]});
    else
        return std::array{Vector<Scalar>(unpack_low(row[0].data, row[1].data)),
                          Vector<Scalar>(unpack_high(row[0].data, row[1].data))};
}

} // namespace detail

/// As many rows as a vector has lanes, transposed: vector i holds lane i of each. Of doubles, and with
/// AVX-512 of floats too.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
transpose_square(const std::array<Vector<Scalar>, width<Scalar>>& rows) noexcept {
    constexpr std::size_t block = detail::block<Scalar>;
    const auto first = detail::transpose_within_blocks(rows.data()),
               second = detail::transpose_within_blocks(rows.data() + block),
               third = detail::transpose_within_blocks(rows.data() + 2 * block),
               fourth = detail::transpose_within_blocks(rows.data() + 3 * block);
    std::array<Vector<Scalar>, width<Scalar>> columns;
    BURIN_DETAIL_UNROLL
    for (std::size_t c = 0; c < block; ++c) {
        const auto blocks = detail::transpose_blocks<Scalar>({first[c], second[c], third[c], fourth[c]});
        BURIN_DETAIL_UNROLL
        for (std::size_t q = 0; q < 4; ++q)
            columns[q * block + c] = blocks[q];
    }
    return columns;
}

template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
load_square_transposed(const Scalar* from, std::size_t stride) noexcept {
    std::array<Vector<Scalar>, width<Scalar>> rows;
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < width<Scalar>; ++r)
        rows[r] = load(from + r * stride);
    return transpose_square<Scalar>(rows);
}

} // namespace burin::kernels
