#pragma once

#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

// What of this stands in generic/half_vector.hpp is explained there; all else is of half vectors, so it has
// no generic form.

inline __m128 load_half(const float* from) noexcept {
    return _mm_loadu_ps(from);
}
inline __m128d load_half(const double* from) noexcept {
    return _mm_loadu_pd(from);
}
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
    return _mm_fmadd_ps(a, b, c);
}
inline __m128d fma(__m128d a, __m128d b, __m128d c) noexcept {
    return _mm_fmadd_pd(a, b, c);
}

} // namespace burin::kernels
