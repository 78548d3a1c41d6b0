#pragma once

// What AVX2 and AVX-512 do within each of the quarters of 128 bits that their vectors are made of, two or
// four, and with whole quarters. The same names for both.

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)

namespace burin::kernels::detail {

/// Elements of a quarter.
template <class Scalar>
inline constexpr std::size_t quarter = 16 / sizeof(Scalar);

[[gnu::always_inline]] inline __m128 load_quarter(const float* from) noexcept {
    return _mm_loadu_ps(from);
}
[[gnu::always_inline]] inline __m128 load_quarter(const double* from) noexcept {
    return _mm_castpd_ps(_mm_loadu_pd(from));
}

/// The same bits as doubles, and back, for what is moved in pairs of floats or more.
template <class Register>
[[gnu::always_inline]] inline auto as_doubles(Register v) noexcept {
    return reinterpret_cast<decltype(Vector<double>::data)>(v);
}
template <class Scalar, class Register>
[[gnu::always_inline]] inline auto from_doubles(Register v) noexcept {
    return reinterpret_cast<decltype(Vector<Scalar>::data)>(v);
}

#if defined(__AVX512F__)

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

/// The first chosen quarter of a and the second, then those of b.
template <int First, int Second>
[[gnu::always_inline]] inline __m512 choose_quarters(__m512 a, __m512 b) noexcept {
    return _mm512_shuffle_f32x4(a, b, _MM_SHUFFLE(Second, First, Second, First));
}
template <int First, int Second>
[[gnu::always_inline]] inline __m512d choose_quarters(__m512d a, __m512d b) noexcept {
    return _mm512_shuffle_f64x2(a, b, _MM_SHUFFLE(Second, First, Second, First));
}

/// The first and third quarters of each in turn, or the second and fourth (of two quarters, first and
/// second).
[[gnu::always_inline]] inline __m512d odd_quarters(__m512d a, __m512d b) noexcept {
    return _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), b);
}
[[gnu::always_inline]] inline __m512d even_quarters(__m512d a, __m512d b) noexcept {
    return _mm512_permutex2var_pd(a, _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15), b);
}

/// The sums of the first and second quarters, and of the third and fourth; then both again.
[[gnu::always_inline]] inline __m512 neighbour_sums(__m512 v) noexcept {
    const __m512 one = _mm512_shuffle_f32x4(v, v, _MM_SHUFFLE(3, 1, 2, 0));
    const __m512 other = _mm512_shuffle_f32x4(v, v, _MM_SHUFFLE(2, 0, 3, 1));
    return one + other;
}

/// load(i) is quarter i, whatever its elements are.
template <class Scalar, class Load>
[[gnu::always_inline]] inline auto join_quarters(Load load) noexcept {
    __m512 joined = _mm512_castps128_ps512(load(0));
    joined = _mm512_insertf32x4(joined, load(1), 1);
    joined = _mm512_insertf32x4(joined, load(2), 2);
    joined = _mm512_insertf32x4(joined, load(3), 3);
    if constexpr (sizeof(Scalar) == 4)
        return joined;
    else
        return _mm512_castps_pd(joined);
}

#else

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
[[gnu::always_inline]] inline __m256d odd_quarters(__m256d a, __m256d b) noexcept {
    return _mm256_permute2f128_pd(a, b, 0x20);
}
[[gnu::always_inline]] inline __m256d even_quarters(__m256d a, __m256d b) noexcept {
    return _mm256_permute2f128_pd(a, b, 0x31);
}
template <class Scalar, class Load>
[[gnu::always_inline]] inline auto join_quarters(Load load) noexcept {
    const __m256 joined = _mm256_insertf128_ps(_mm256_castps128_ps256(load(0)), load(1), 1);
    if constexpr (sizeof(Scalar) == 4)
        return joined;
    else
        return _mm256_castps_pd(joined);
}

#endif

/// Sums of neighbours, or of those that are two apart, as floats have four of them in a quarter: of a and b
/// in turn.
template <class Register>
[[gnu::always_inline]] inline Register pair_sums(Register a, Register b) noexcept {
    return unpack_low(a, b) + unpack_high(a, b);
}

/// Element i of each quarter is the sum of that quarter of v[i].
[[gnu::always_inline]] inline auto quarter_sums(const Vector<float>* v) noexcept {
    const auto ab = pair_sums(v[0].data, v[1].data), cd = pair_sums(v[2].data, v[3].data);
    return shuffle<_MM_SHUFFLE(1, 0, 1, 0)>(ab, cd) + shuffle<_MM_SHUFFLE(3, 2, 3, 2)>(ab, cd);
}

} // namespace burin::kernels::detail

#endif
