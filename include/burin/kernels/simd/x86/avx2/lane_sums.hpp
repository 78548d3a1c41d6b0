#pragma once

#include "burin/kernels/simd/generic/summed_lanes.hpp"
#include "burin/kernels/simd/x86/blocks.hpp"
#include "burin/kernels/simd/x86/lane_sum.hpp"

namespace burin::kernels {

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> lane_sums(const Vector<Scalar>* v) noexcept {
    if constexpr (sizeof(Scalar) == 4) {
        const __m256 halves = detail::block_sums(v);
        const __m128 sums = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
        return Vector<Scalar>(_mm256_castps128_ps256(sums));
    } else {
        const auto ab = detail::pair_sums(v[0].data, v[1].data), cd = detail::pair_sums(v[2].data, v[3].data);
        return Vector<Scalar>(detail::odd_blocks(ab, cd) + detail::even_blocks(ab, cd));
    }
}

} // namespace burin::kernels
