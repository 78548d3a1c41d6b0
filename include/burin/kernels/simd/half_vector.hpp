#pragma once

// Half a vector.

#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)

/// Whether there are halves.
inline constexpr bool has_half_vectors = this_machine.half_vectors;

/// Whether the processor computes a vector as two halves, which then take no longer by themselves: a factor
/// that is broadcast to half a vector takes one load, to a whole one two.
inline constexpr bool splits_vectors = this_machine.splits_vectors();

inline __m128 load_half(const float* from) noexcept {
    return _mm_loadu_ps(from);
}
inline __m128d load_half(const double* from) noexcept {
    return _mm_loadu_pd(from);
}
/// Half a vector, for the columns that are left behind whole vectors: where the units are half as wide as a
/// vector, it takes half the time.
template <class Scalar>
using HalfVector = decltype(load_half(static_cast<const Scalar*>(nullptr)));

inline void store_half(float* to, const Vector<float>& value) noexcept {
    _mm_storeu_ps(to, _mm256_castps256_ps128(value));
}
inline void store_half(double* to, const Vector<double>& value) noexcept {
    _mm_storeu_pd(to, _mm256_castpd256_pd128(value));
}
inline void store(float* to, __m128 half) noexcept {
    _mm_storeu_ps(to, half);
}
inline void store(double* to, __m128d half) noexcept {
    _mm_storeu_pd(to, half);
}
inline __m128 broadcast_half(float value) noexcept {
    return _mm_set1_ps(value);
}
inline __m128d broadcast_half(double value) noexcept {
    return _mm_set1_pd(value);
}
inline __m128 lower_half(const Vector<float>& value) noexcept {
    return _mm256_castps256_ps128(value);
}
inline __m128d lower_half(const Vector<double>& value) noexcept {
    return _mm256_castpd256_pd128(value);
}
/// Both in one vector, the first in its lower lanes.
inline Vector<float> joined(__m128 lower, __m128 upper) noexcept {
    return _mm256_set_m128(upper, lower);
}
inline Vector<double> joined(__m128d lower, __m128d upper) noexcept {
    return _mm256_set_m128d(upper, lower);
}
/// The upper half repeats it.
inline Vector<float> widened(__m128 half) noexcept {
    return _mm256_set_m128(half, half);
}
inline Vector<double> widened(__m128d half) noexcept {
    return _mm256_set_m128d(half, half);
}
inline __m128 fma(__m128 a, __m128 b, __m128 c) noexcept {
#if defined(__FMA__)
    return _mm_fmadd_ps(a, b, c);
#else
    return _mm_add_ps(_mm_mul_ps(a, b), c);
#endif
}
inline __m128d fma(__m128d a, __m128d b, __m128d c) noexcept {
#if defined(__FMA__)
    return _mm_fmadd_pd(a, b, c);
#else
    return _mm_add_pd(_mm_mul_pd(a, b), c);
#endif
}

#else

template <class Scalar>
using HalfVector = Vector<Scalar>;

inline constexpr bool has_half_vectors = false;
inline constexpr bool splits_vectors = false;

#endif

/// A factor of whole vectors and, where `WithHalf`, of half a vector as well: clang else broadcasts it to
/// half a vector first and then that to a whole one.
template <bool WithHalf, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> broadcast_factor(Scalar value) noexcept {
    return WithHalf ? in_register(broadcast(value)) : broadcast(value);
}

} // namespace burin::kernels
