#pragma once

#include "burin/kernels/simd/vector.hpp"
#include "burin/kernels/simd/x86/blocks.hpp"

namespace burin::kernels {

namespace detail {

// The first elements of all blocks.
inline float sum_of_blocks(__m256 x) noexcept {
    return _mm_cvtss_f32(_mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1)));
}
inline double sum_of_blocks(__m256d x) noexcept {
    return _mm_cvtsd_f64(_mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1)));
}
#if defined(__AVX512F__)
inline float sum_of_blocks(__m512 x) noexcept {
    const __m256d upper = _mm512_extractf64x4_pd(_mm512_castps_pd(x), 1);
    return sum_of_blocks(_mm256_add_ps(_mm512_castps512_ps256(x), _mm256_castpd_ps(upper)));
}
inline double sum_of_blocks(__m512d x) noexcept {
    return sum_of_blocks(_mm256_add_pd(_mm512_castpd512_pd256(x), _mm512_extractf64x4_pd(x, 1)));
}
#endif

} // namespace detail

template <class Scalar>
[[gnu::always_inline]] inline Scalar lane_sum(const Vector<Scalar>& value) noexcept {
    auto blocks = value.data;
    if constexpr (sizeof(Scalar) == 4) {
        blocks = blocks + detail::shuffle<_MM_SHUFFLE(1, 0, 3, 2)>(blocks, blocks);
        blocks = blocks + detail::shuffle<_MM_SHUFFLE(2, 3, 0, 1)>(blocks, blocks);
    } else {
        blocks = detail::pair_sums(blocks, blocks);
    }
    return detail::sum_of_blocks(blocks);
}

} // namespace burin::kernels
