#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace burin::kernels {

namespace detail {

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

} // namespace detail

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_partial(const Scalar* from, std::size_t count) noexcept {
    return Vector<Scalar>(detail::load_pieces(from, count));
}

template <class Scalar>
[[gnu::always_inline]] inline void store_partial(Scalar* to, const Vector<Scalar>& value,
                                                 std::size_t count) noexcept {
    detail::store_pieces(to, value, count);
}

template <class Scalar>
[[gnu::always_inline]] inline void store_in_pieces(Scalar* to, const Vector<Scalar>& value,
                                                   std::size_t count) noexcept {
    detail::store_pieces(to, value, count);
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_in_pieces(const Scalar* from, std::size_t count) noexcept {
    return load_partial(from, count);
}

template <class Scalar>
Vector<Scalar> first_lanes(std::size_t count, const Vector<Scalar>& value,
                           const std::type_identity_t<Vector<Scalar>>& others) noexcept {
    if (count == width<Scalar>)
        return value;
    const __m256i mask = detail::lane_mask<Scalar>(count);
    if constexpr (sizeof(Scalar) == 4)
        return _mm256_blendv_ps(others, value, _mm256_castsi256_ps(mask));
    else
        return _mm256_blendv_pd(others, value, _mm256_castsi256_pd(mask));
}

} // namespace burin::kernels
