#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

// Without optimisation g++'s intrinsics with a constant operand are macros, whose conversions count as ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace burin::kernels {

inline constexpr bool joins_vectors = this_machine.joins_vectors;

template <std::size_t Offset, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> joined(const Vector<Scalar>& a,
                                                    const Vector<Scalar>& b) noexcept {
    if constexpr (Offset == 0)
        return a;
    else if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(_mm512_castsi512_ps(
            _mm512_alignr_epi32(_mm512_castps_si512(b), _mm512_castps_si512(a), static_cast<int>(Offset))));
    else
        return Vector<Scalar>(_mm512_castsi512_pd(
            _mm512_alignr_epi64(_mm512_castpd_si512(b), _mm512_castpd_si512(a), static_cast<int>(Offset))));
}

/// In pieces of 64, 32, 16, 8 and 4 bytes.
template <std::size_t Count, class Scalar>
[[gnu::always_inline]] inline void store_first(Scalar* to, const Vector<Scalar>& value) noexcept {
    constexpr std::size_t bytes = Count * sizeof(Scalar);
    if constexpr (bytes == 64) {
        store(to, value);
    } else {
        __m512d rest;
        if constexpr (sizeof(Scalar) == 4)
            rest = _mm512_castps_pd(value);
        else
            rest = value;
        auto* at = reinterpret_cast<char*>(to);
        __m256d half = _mm512_castpd512_pd256(rest);
        if constexpr ((bytes & 32) != 0) {
            _mm256_storeu_pd(reinterpret_cast<double*>(at), half);
            half = _mm512_extractf64x4_pd(rest, 1);
            at += 32;
        }
        __m128d quarter = _mm256_castpd256_pd128(half);
        if constexpr ((bytes & 16) != 0) {
            _mm_storeu_pd(reinterpret_cast<double*>(at), quarter);
            quarter = _mm256_extractf128_pd(half, 1);
            at += 16;
        }
        if constexpr ((bytes & 8) != 0) {
            _mm_storel_pd(reinterpret_cast<double*>(at), quarter);
            quarter = _mm_unpackhi_pd(quarter, quarter);
            at += 8;
        }
        if constexpr ((bytes & 4) != 0)
            _mm_store_ss(reinterpret_cast<float*>(at), _mm_castpd_ps(quarter));
    }
}

} // namespace burin::kernels

#pragma GCC diagnostic pop
