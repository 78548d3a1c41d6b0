#pragma once

// A part of a vector: its first lanes.

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace burin::kernels {

namespace detail {

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)
// The first `count` lanes are on: a window of this row.
alignas(32) inline constexpr std::int32_t lane_mask_row[16] = {-1, -1, -1, -1, -1, -1, -1, -1,
                                                               0,  0,  0,  0,  0,  0,  0,  0};

template <class Scalar>
__m256i lane_mask(std::size_t count) noexcept {
    constexpr std::size_t words = sizeof(Scalar) / sizeof(std::int32_t);
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lane_mask_row + 8 - count * words));
}

// Pieces of four, two and one: masked stores take a dozen cycles on AMD's processors.
inline void store_pieces(float* to, __m256 value, std::size_t count) noexcept {
    if (count == 8)
        return _mm256_storeu_ps(to, value);
    __m128 piece = _mm256_castps256_ps128(value);
    if ((count & 4) != 0) {
        _mm_storeu_ps(to, piece);
        piece = _mm256_extractf128_ps(value, 1);
    }
    to += count & 4;
    if ((count & 2) != 0) {
        _mm_storel_pi(reinterpret_cast<__m64*>(to), piece);
        piece = _mm_movehl_ps(piece, piece);
    }
    if ((count & 1) != 0)
        _mm_store_ss(to + (count & 2), piece);
}

inline void store_pieces(double* to, __m256d value, std::size_t count) noexcept {
    if (count == 4)
        return _mm256_storeu_pd(to, value);
    __m128d piece = _mm256_castpd256_pd128(value);
    if ((count & 2) != 0) {
        _mm_storeu_pd(to, piece);
        piece = _mm256_extractf128_pd(value, 1);
    }
    if ((count & 1) != 0)
        _mm_store_sd(to + (count & 2), piece);
}

// Pieces here too: masked loads take ten cycles on the first Zen.
[[gnu::always_inline]] inline __m256 load_pieces(const float* from, std::size_t count) noexcept {
    if (count == 8)
        return _mm256_loadu_ps(from);
    const float* const behind = from + (count & 4);
    __m128 piece = _mm_setzero_ps();
    if ((count & 2) != 0) {
        piece = _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(behind)));
        if ((count & 1) != 0)
            piece = _mm_insert_ps(piece, _mm_load_ss(behind + 2), 0x20);
    } else if ((count & 1) != 0) {
        piece = _mm_load_ss(behind);
    }
    const __m128 low = (count & 4) != 0 ? _mm_loadu_ps(from) : piece;
    const __m128 high = (count & 4) != 0 ? piece : _mm_setzero_ps();
    return _mm256_insertf128_ps(_mm256_castps128_ps256(low), high, 1);
}

[[gnu::always_inline]] inline __m256d load_pieces(const double* from, std::size_t count) noexcept {
    if (count == 4)
        return _mm256_loadu_pd(from);
    const __m128d piece = (count & 1) != 0 ? _mm_load_sd(from + (count & 2)) : _mm_setzero_pd();
    const __m128d low = (count & 2) != 0 ? _mm_loadu_pd(from) : piece;
    const __m128d high = (count & 2) != 0 ? piece : _mm_setzero_pd();
    return _mm256_insertf128_pd(_mm256_castpd128_pd256(low), high, 1);
}
#endif

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
// What was stored with a mask, a load must wait for until it is in the cache: halves are stored without.
[[gnu::always_inline]] inline bool is_known_to_be(std::size_t count, std::size_t half) noexcept {
    return __builtin_constant_p(count) && count == half;
}
#endif

} // namespace detail

/// The first `count` ≤ width elements; the other lanes are 0. Reads nothing beyond.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_partial(const Scalar* from, std::size_t count) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if (detail::is_known_to_be(count, width<Scalar> / 2)) {
        if constexpr (sizeof(Scalar) == 4)
            return Vector<Scalar>(_mm512_zextps256_ps512(_mm256_loadu_ps(from)));
        else
            return Vector<Scalar>(_mm512_zextpd256_pd512(_mm256_loadu_pd(from)));
    }
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from));
    else
        return Vector<Scalar>(_mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << count) - 1), from));
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    return Vector<Scalar>(detail::load_pieces(from, count));
#else
    Scalar lanes[width<Scalar>] = {};
    for (std::size_t i = 0; i < count; ++i)
        lanes[i] = from[i];
    return load(lanes);
#endif
}

/// Stores the first `count` ≤ width lanes. Writes nothing beyond.
template <class Scalar>
[[gnu::always_inline]] inline void store_partial(Scalar* to, const Vector<Scalar>& value,
                                                 std::size_t count) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if (detail::is_known_to_be(count, width<Scalar> / 2)) {
        if constexpr (sizeof(Scalar) == 4)
            return _mm256_storeu_ps(to, _mm512_castps512_ps256(value));
        else
            return _mm256_storeu_pd(to, _mm512_castpd512_pd256(value));
    }
    if constexpr (sizeof(Scalar) == 4)
        _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), value);
    else
        _mm512_mask_storeu_pd(to, static_cast<__mmask8>((1u << count) - 1), value);
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    detail::store_pieces(to, value, count);
#else
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    for (std::size_t i = 0; i < count; ++i)
        to[i] = lanes[i];
#endif
}

/// The first `count` lanes of a vector, and those of `others` behind them.
template <class Scalar>
Vector<Scalar> first_lanes(std::size_t count, const Vector<Scalar>& value,
                           const std::type_identity_t<Vector<Scalar>>& others) noexcept {
    if (count == width<Scalar>)
        return value;
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_mask_mov_ps(others, static_cast<__mmask16>((1u << count) - 1), value);
    else
        return _mm512_mask_mov_pd(others, static_cast<__mmask8>((1u << count) - 1), value);
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    const __m256i mask = detail::lane_mask<Scalar>(count);
    if constexpr (sizeof(Scalar) == 4)
        return _mm256_blendv_ps(others, value, _mm256_castsi256_ps(mask));
    else
        return _mm256_blendv_pd(others, value, _mm256_castsi256_pd(mask));
#else
    Scalar lanes[width<Scalar>], behind[width<Scalar>];
    store(lanes, value);
    store(behind, others);
    for (std::size_t i = count; i < width<Scalar>; ++i)
        lanes[i] = behind[i];
    return load(lanes);
#endif
}

} // namespace burin::kernels
