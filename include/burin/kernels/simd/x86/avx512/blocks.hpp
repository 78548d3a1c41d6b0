#pragma once

// What is done within each block of 128 bits, four in a vector, and with whole ones.

#include "burin/kernels/simd/generic/batch.hpp"

namespace burin::kernels::detail {

[[gnu::always_inline]] inline __m512 unpack_low(__m512 a, __m512 b) noexcept {
    return _mm512_unpacklo_ps(a, b);
}
[[gnu::always_inline]] inline __m512d unpack_low(__m512d a, __m512d b) noexcept {
    return _mm512_unpacklo_pd(a, b);
}
[[gnu::always_inline]] inline __m512 unpack_high(__m512 a, __m512 b) noexcept {
    return _mm512_unpackhi_ps(a, b);
}
[[gnu::always_inline]] inline __m512d unpack_high(__m512d a, __m512d b) noexcept {
    return _mm512_unpackhi_pd(a, b);
}
template <int Order>
[[gnu::always_inline]] inline __m512 shuffle(__m512 a, __m512 b) noexcept {
    return _mm512_shuffle_ps(a, b, Order);
}

/// The first chosen block of a and the second, then those of b.
template <int First, int Second>
[[gnu::always_inline]] inline __m512 choose_blocks(__m512 a, __m512 b) noexcept {
    return _mm512_shuffle_f32x4(a, b, _MM_SHUFFLE(Second, First, Second, First));
}
template <int First, int Second>
[[gnu::always_inline]] inline __m512d choose_blocks(__m512d a, __m512d b) noexcept {
    return _mm512_shuffle_f64x2(a, b, _MM_SHUFFLE(Second, First, Second, First));
}

/// The first and third blocks of a and b alternately, or the second and fourth (of two blocks, first and
/// second).
[[gnu::always_inline]] inline __m512d odd_blocks(__m512d a, __m512d b) noexcept {
    return _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), b);
}
[[gnu::always_inline]] inline __m512d even_blocks(__m512d a, __m512d b) noexcept {
    return _mm512_permutex2var_pd(a, _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15), b);
}

/// The sums of the first and second blocks, and of the third and fourth; then both again.
[[gnu::always_inline]] inline __m512 neighbour_sums(__m512 v) noexcept {
    const __m512 one = _mm512_shuffle_f32x4(v, v, _MM_SHUFFLE(3, 1, 2, 0));
    const __m512 other = _mm512_shuffle_f32x4(v, v, _MM_SHUFFLE(2, 0, 3, 1));
    return one + other;
}

/// load(i) is block i, whatever its elements are.
template <class Scalar, class Load>
[[gnu::always_inline]] inline auto join_blocks(Load load) noexcept {
    __m512 joined = _mm512_castps128_ps512(load(0));
    joined = _mm512_insertf32x4(joined, load(1), 1);
    joined = _mm512_insertf32x4(joined, load(2), 2);
    joined = _mm512_insertf32x4(joined, load(3), 3);
    if constexpr (sizeof(Scalar) == 4)
        return joined;
    else
        return _mm512_castps_pd(joined);
}

} // namespace burin::kernels::detail
