#pragma once

#include "burin/kernels/simd/generic/group_constants.hpp"
#include "burin/kernels/simd/vector.hpp"
#include "burin/kernels/simd/x86/blocks.hpp"
#include "burin/kernels/simd/x86/transpose.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

template <std::size_t Group, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, group_sum_vectors<Group>>
group_sums(const Vector<Scalar> (&v)[4]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (Group == 1) {
        return transpose_4x4<Scalar>(v);
    } else if constexpr (Group == lanes) {
        return {lane_sums<Scalar>(v)};
    } else {
        if constexpr (sizeof(Scalar) == 4 && Group == 2) {
            constexpr int first = _MM_SHUFFLE(2, 0, 2, 0), second = _MM_SHUFFLE(3, 1, 3, 1);
            const auto pairs = [](const Vector<Scalar>& a, const Vector<Scalar>& b) {
                return detail::shuffle<first>(a.data, b.data) + detail::shuffle<second>(a.data, b.data);
            };
            const auto ab = pairs(v[0], v[1]), cd = pairs(v[2], v[3]);
            return {Vector<Scalar>(detail::shuffle<first>(ab, cd)),
                    Vector<Scalar>(detail::shuffle<second>(ab, cd))};
        } else if constexpr (sizeof(Scalar) == 4) {
            const auto blocks = detail::block_sums(v);
#if defined(__AVX512F__)
            if constexpr (Group == 8)
                return {Vector<Scalar>(detail::neighbour_sums(blocks))};
            else
#endif
                return {Vector<Scalar>(blocks)};
        } else {
            const auto ab = detail::pair_sums(v[0].data, v[1].data),
                       cd = detail::pair_sums(v[2].data, v[3].data);
            const auto odd = detail::odd_blocks(ab, cd), even = detail::even_blocks(ab, cd);
            if constexpr (Group == 2)
                return {Vector<Scalar>(odd), Vector<Scalar>(even)};
            else
                return {Vector<Scalar>(odd + even)};
        }
    }
}

} // namespace burin::kernels
