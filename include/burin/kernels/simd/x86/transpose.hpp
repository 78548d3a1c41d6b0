#pragma once

#include "burin/kernels/simd/vector.hpp"
#include "burin/kernels/simd/x86/blocks.hpp"
#include "burin/kernels/unroll.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, 4>
transpose_4x4(const Vector<Scalar> (&v)[4]) noexcept {
    const auto ab = detail::unpack_low(v[0].data, v[1].data), cd = detail::unpack_low(v[2].data, v[3].data);
    const auto ab_high = detail::unpack_high(v[0].data, v[1].data),
               cd_high = detail::unpack_high(v[2].data, v[3].data);
    if constexpr (sizeof(Scalar) == 4) {
        constexpr int low = _MM_SHUFFLE(1, 0, 1, 0), high = _MM_SHUFFLE(3, 2, 3, 2);
        return {Vector<Scalar>(detail::shuffle<low>(ab, cd)), Vector<Scalar>(detail::shuffle<high>(ab, cd)),
                Vector<Scalar>(detail::shuffle<low>(ab_high, cd_high)),
                Vector<Scalar>(detail::shuffle<high>(ab_high, cd_high))};
    } else {
        return {Vector<Scalar>(detail::odd_blocks(ab, cd)),
                Vector<Scalar>(detail::odd_blocks(ab_high, cd_high)),
                Vector<Scalar>(detail::even_blocks(ab, cd)),
                Vector<Scalar>(detail::even_blocks(ab_high, cd_high))};
    }
}

namespace detail {

/// As many columns as a block has elements, of rows of which load(r) is the block that holds them. Rows
/// r, r + 4, r + 8, … (of doubles r + 2, …) are joined in one register: what is left is to transpose squares
/// within blocks.
template <class Scalar, class Load>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, block<Scalar>>
load_blocks_transposed(Load load) noexcept {
    const auto rows = [&](std::size_t r) __attribute__((always_inline)) {
        return join_blocks<Scalar>(
            [&](std::size_t i) __attribute__((always_inline)) { return load(r + i * block<Scalar>); });
    };
    if constexpr (sizeof(Scalar) == 4) {
        return transpose_4x4<Scalar>({Vector<Scalar>(rows(0)), Vector<Scalar>(rows(1)),
                                      Vector<Scalar>(rows(2)), Vector<Scalar>(rows(3))});
    } else {
        const auto a = rows(0), b = rows(1);
        return {Vector<Scalar>(unpack_low(a, b)), Vector<Scalar>(unpack_high(a, b))};
    }
}

} // namespace detail

template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
load_transposed(const Scalar* from, std::size_t stride) noexcept {
    std::array<Vector<Scalar>, width<Scalar>> columns;
    constexpr std::size_t block = detail::block<Scalar>;
    BURIN_DETAIL_UNROLL
    for (std::size_t first = 0; first < width<Scalar>; first += block) {
        const auto transposed =
            detail::load_blocks_transposed<Scalar>([=](std::size_t r) __attribute__((always_inline)) {
                return detail::load_block(from + r * stride + first);
            });
        BURIN_DETAIL_UNROLL
        for (std::size_t c = 0; c < block; ++c)
            columns[first + c] = transposed[c];
    }
    return columns;
}

} // namespace burin::kernels
