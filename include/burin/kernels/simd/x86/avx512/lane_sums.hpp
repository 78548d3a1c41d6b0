#pragma once

#include "burin/kernels/simd/generic/summed_lanes.hpp"
#include "burin/kernels/simd/x86/blocks.hpp"
#include "burin/kernels/simd/x86/lane_sum.hpp"

namespace burin::kernels {

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> lane_sums(const Vector<Scalar>* v) noexcept {
    if constexpr (sizeof(Scalar) == 4) {
        const __m512 blocks = detail::block_sums(v);
        const __m256 eighths =
            _mm256_add_ps(_mm512_castps512_ps256(blocks),
                          _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(blocks), 1)));
        return Vector<Scalar>(_mm512_castps128_ps512(
            _mm_add_ps(_mm256_castps256_ps128(eighths), _mm256_extractf128_ps(eighths, 1))));
    } else {
        const auto pairs = [](const Vector<Scalar>& a, const Vector<Scalar>& b) {
            const __m512d sums = detail::pair_sums(a.data, b.data);
            return _mm256_add_pd(_mm512_castpd512_pd256(sums), _mm512_extractf64x4_pd(sums, 1));
        };
        const __m256d ab = pairs(v[0], v[1]), cd = pairs(v[2], v[3]);
        return Vector<Scalar>(_mm512_castpd256_pd512(
            _mm256_add_pd(_mm256_permute2f128_pd(ab, cd, 0x20), _mm256_permute2f128_pd(ab, cd, 0x31))));
    }
}

} // namespace burin::kernels
