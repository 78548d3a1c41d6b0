#pragma once

#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

namespace detail {

// Half of the lanes with the other half, down to one.
inline float fold(__m128 x, auto combine) noexcept {
    x = combine(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(combine(x, _mm_shuffle_ps(x, x, 1)));
}
inline double fold(__m128d x, auto combine) noexcept {
    return _mm_cvtsd_f64(combine(x, _mm_unpackhi_pd(x, x)));
}
#if defined(__AVX__)
inline float fold(__m256 x, auto combine) noexcept {
    return fold(combine(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1)), combine);
}
inline double fold(__m256d x, auto combine) noexcept {
    return fold(combine(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1)), combine);
}
#endif
#if defined(__AVX512F__)
inline float fold(__m512 x, auto combine) noexcept {
    const __m512d bits = _mm512_castps_pd(x);
    return fold(combine(_mm512_castps512_ps256(x), _mm256_castpd_ps(_mm512_extractf64x4_pd(bits, 1))),
                combine);
}
inline double fold(__m512d x, auto combine) noexcept {
    return fold(combine(_mm512_castpd512_pd256(x), _mm512_extractf64x4_pd(x, 1)), combine);
}
#endif

struct Larger {
    __m128 operator()(__m128 a, __m128 b) const noexcept { return _mm_max_ps(a, b); }
    __m128d operator()(__m128d a, __m128d b) const noexcept { return _mm_max_pd(a, b); }
#if defined(__AVX__)
    __m256 operator()(__m256 a, __m256 b) const noexcept { return _mm256_max_ps(a, b); }
    __m256d operator()(__m256d a, __m256d b) const noexcept { return _mm256_max_pd(a, b); }
#endif
};

} // namespace detail

template <class Scalar>
Scalar reduce_add(const Vector<Scalar>& value) noexcept {
    return detail::fold(value.data, [](auto a, auto b) { return a + b; });
}

template <class Scalar>
Scalar reduce_max(const Vector<Scalar>& value) noexcept {
    return detail::fold(value.data, detail::Larger{});
}

} // namespace burin::kernels
