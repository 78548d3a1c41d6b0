#pragma once

// Sums over lanes, and the largest.

#include "burin/kernels/simd/quarters.hpp"
#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

namespace detail {

#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
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

#if defined(__AVX2__)
// The first elements of all quarters.
inline float sum_of_quarters(__m256 x) noexcept {
    return _mm_cvtss_f32(_mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1)));
}
inline double sum_of_quarters(__m256d x) noexcept {
    return _mm_cvtsd_f64(_mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1)));
}
#endif
#if defined(__AVX512F__)
inline float sum_of_quarters(__m512 x) noexcept {
    const __m256d upper = _mm512_extractf64x4_pd(_mm512_castps_pd(x), 1);
    return sum_of_quarters(_mm256_add_ps(_mm512_castps512_ps256(x), _mm256_castpd_ps(upper)));
}
inline double sum_of_quarters(__m512d x) noexcept {
    return sum_of_quarters(_mm256_add_pd(_mm512_castpd512_pd256(x), _mm512_extractf64x4_pd(x, 1)));
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
#endif

} // namespace detail

/// Sum of the lanes, always in the same order.
template <class Scalar>
Scalar reduce_add(const Vector<Scalar>& value) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
    return detail::fold(value.data, [](auto a, auto b) { return a + b; });
#else
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    for (std::size_t half = width<Scalar> / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i)
            lanes[i] += lanes[i + half];
    return lanes[0];
#endif
}

/// How many vectors' sums `lane_sums` makes.
template <class Scalar>
inline constexpr std::size_t summed_lanes = width<Scalar> < 4 ? width<Scalar> : 4;

/// Lane i < summed_lanes is the sum of the lanes of v[i]; the others are unspecified.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> lane_sums(const Vector<Scalar>* v) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4) {
        const __m512 quarters = detail::quarter_sums(v);
        const __m256 eighths =
            _mm256_add_ps(_mm512_castps512_ps256(quarters),
                          _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(quarters), 1)));
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
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    if constexpr (sizeof(Scalar) == 4) {
        const __m256 halves = detail::quarter_sums(v);
        const __m128 sums = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
        return Vector<Scalar>(_mm256_castps128_ps256(sums));
    } else {
        const auto ab = detail::pair_sums(v[0].data, v[1].data), cd = detail::pair_sums(v[2].data, v[3].data);
        return Vector<Scalar>(detail::odd_quarters(ab, cd) + detail::even_quarters(ab, cd));
    }
#else
    Scalar sums[width<Scalar>] = {};
    for (std::size_t i = 0; i < summed_lanes<Scalar>; ++i)
        sums[i] = reduce_add<Scalar>(v[i]);
    return load(sums);
#endif
}

/// The sum of the lanes in the order in which `lane_sums` adds those of each vector: of one that is summed
/// alone where others are summed four together.
template <class Scalar>
[[gnu::always_inline]] inline Scalar lane_sum(const Vector<Scalar>& value) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    auto quarters = value.data;
    if constexpr (sizeof(Scalar) == 4) {
        quarters = quarters + detail::shuffle<_MM_SHUFFLE(1, 0, 3, 2)>(quarters, quarters);
        quarters = quarters + detail::shuffle<_MM_SHUFFLE(2, 3, 0, 1)>(quarters, quarters);
    } else {
        quarters = detail::pair_sums(quarters, quarters);
    }
    return detail::sum_of_quarters(quarters);
#else
    return reduce_add<Scalar>(value);
#endif
}

/// The largest lane.
template <class Scalar>
Scalar reduce_max(const Vector<Scalar>& value) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
    return detail::fold(value.data, detail::Larger{});
#else
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    Scalar largest = lanes[0];
    for (std::size_t i = 1; i < width<Scalar>; ++i)
        largest = lanes[i] > largest ? lanes[i] : largest;
    return largest;
#endif
}

} // namespace burin::kernels
