#pragma once

// What is done within each block of 128 bits, two in a vector, and with whole ones.

#include "burin/kernels/simd/generic/batch.hpp"

namespace burin::kernels::detail {

[[gnu::always_inline]] inline __m256 unpack_low(__m256 a, __m256 b) noexcept {
    return _mm256_unpacklo_ps(a, b);
}
[[gnu::always_inline]] inline __m256d unpack_low(__m256d a, __m256d b) noexcept {
    return _mm256_unpacklo_pd(a, b);
}
[[gnu::always_inline]] inline __m256 unpack_high(__m256 a, __m256 b) noexcept {
    return _mm256_unpackhi_ps(a, b);
}
[[gnu::always_inline]] inline __m256d unpack_high(__m256d a, __m256d b) noexcept {
    return _mm256_unpackhi_pd(a, b);
}
template <int Order>
[[gnu::always_inline]] inline __m256 shuffle(__m256 a, __m256 b) noexcept {
    return _mm256_shuffle_ps(a, b, Order);
}
[[gnu::always_inline]] inline __m256d odd_blocks(__m256d a, __m256d b) noexcept {
    return _mm256_permute2f128_pd(a, b, 0x20);
}
[[gnu::always_inline]] inline __m256d even_blocks(__m256d a, __m256d b) noexcept {
    return _mm256_permute2f128_pd(a, b, 0x31);
}
template <class Scalar, class Load>
[[gnu::always_inline]] inline auto join_blocks(Load load) noexcept {
    const __m256 joined = _mm256_insertf128_ps(_mm256_castps128_ps256(load(0)), load(1), 1);
    if constexpr (sizeof(Scalar) == 4)
        return joined;
    else
        return _mm256_castps_pd(joined);
}

} // namespace burin::kernels::detail
