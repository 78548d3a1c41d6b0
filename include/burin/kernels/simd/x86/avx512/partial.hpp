#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::kernels {

namespace detail {

// What was stored with a mask, a load must wait for until it is in the cache: halves are stored without.
[[gnu::always_inline]] inline bool is_known_to_be(std::size_t count, std::size_t half) noexcept {
    return __builtin_constant_p(count) && count == half;
}

} // namespace detail

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_partial(const Scalar* from, std::size_t count) noexcept {
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
}

template <class Scalar>
[[gnu::always_inline]] inline void store_partial(Scalar* to, const Vector<Scalar>& value,
                                                 std::size_t count) noexcept {
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
}

template <class Scalar>
[[gnu::always_inline]] inline void store_in_pieces(Scalar* to, const Vector<Scalar>& value,
                                                   std::size_t count) noexcept {
    if constexpr (sizeof(Scalar) == 4) {
        __m256 piece = _mm512_castps512_ps256(value);
        if ((count & 8) != 0) {
            _mm256_storeu_ps(to, piece);
            to += 8;
            piece = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(value), 1));
        }
        __m128 four = _mm256_castps256_ps128(piece);
        if ((count & 4) != 0) {
            _mm_storeu_ps(to, four);
            to += 4;
            four = _mm256_extractf128_ps(piece, 1);
        }
        if ((count & 2) != 0) {
            _mm_storel_pi(reinterpret_cast<__m64*>(to), four);
            to += 2;
            four = _mm_movehl_ps(four, four);
        }
        if ((count & 1) != 0)
            _mm_store_ss(to, four);
    } else {
        __m256d piece = _mm512_castpd512_pd256(value);
        if ((count & 4) != 0) {
            _mm256_storeu_pd(to, piece);
            to += 4;
            piece = _mm512_extractf64x4_pd(value, 1);
        }
        __m128d two = _mm256_castpd256_pd128(piece);
        if ((count & 2) != 0) {
            _mm_storeu_pd(to, two);
            to += 2;
            two = _mm256_extractf128_pd(piece, 1);
        }
        if ((count & 1) != 0)
            _mm_store_sd(to, two);
    }
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_in_pieces(const Scalar* from, std::size_t count) noexcept {
    if constexpr (sizeof(Scalar) == 4) {
        const float* const last = from + (count & 14);
        const float* const two = from + (count & 12);
        const float* const four = from + (count & 8);
        __m128 piece = _mm_setzero_ps();
        if ((count & 1) != 0)
            piece = _mm_load_ss(last);
        if ((count & 2) != 0) {
            const __m128 pair = _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(two)));
            piece = (count & 1) != 0 ? _mm_movelh_ps(pair, piece) : pair;
        }
        __m256 half = _mm256_zextps128_ps256(piece);
        if ((count & 4) != 0)
            half = (count & 3) != 0
                       ? _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(four)), piece, 1)
                       : _mm256_zextps128_ps256(_mm_loadu_ps(four));
        if ((count & 8) == 0)
            return Vector<Scalar>(_mm512_zextps256_ps512(half));
        __m256 first = _mm256_loadu_ps(from);
        asm("" : "+v"(first)); // Clang would load a whole vector, which no store has left.
        const __m512d low = _mm512_castps_pd(_mm512_zextps256_ps512(first));
        if ((count & 7) == 0)
            return Vector<Scalar>(_mm512_castpd_ps(low));
        return Vector<Scalar>(_mm512_castpd_ps(_mm512_insertf64x4(low, _mm256_castps_pd(half), 1)));
    } else {
        return load_partial(from, count);
    }
}

template <class Scalar>
Vector<Scalar> first_lanes(std::size_t count, const Vector<Scalar>& value,
                           const std::type_identity_t<Vector<Scalar>>& others) noexcept {
    if (count == width<Scalar>)
        return value;
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_mask_mov_ps(others, static_cast<__mmask16>((1u << count) - 1), value);
    else
        return _mm512_mask_mov_pd(others, static_cast<__mmask8>((1u << count) - 1), value);
}

} // namespace burin::kernels
