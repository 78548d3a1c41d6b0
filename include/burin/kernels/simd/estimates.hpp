#pragma once

// Estimates of quotients and roots.

#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

/// Estimates of 1/√x and 1/x of normal numbers: how many bits are right, or 0 where the exact instructions
/// are not slower than an estimate refined by Newton's method.
///
/// A core has one divider for roots and quotients. A root and a quotient of eight floats take it 10 and 9
/// cycles (Zen) or 6 and 5 (Skylake), in which the other units refine an estimate of the quotient: a sweep
/// that needs both takes the root exactly and estimates the quotient. With AVX-512 the divider is no wider,
/// so both are estimated; and the root only for doubles, whose estimates need one more refinement. (11 bits
/// of rcpps and 14 of the AVX-512 forms are what the makers promise. Beyond them their processors differ.)
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 14;
template <class Scalar>
inline constexpr int reciprocal_bits = sizeof(Scalar) == 4 ? 14 : 0;
#elif !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 0;
template <class Scalar>
inline constexpr int reciprocal_bits = sizeof(Scalar) == 4 ? 11 : 0;
#else
template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 0;
template <class Scalar>
inline constexpr int reciprocal_bits = 0;
#endif

/// 1/√x to `reciprocal_sqrt_bits`, exact where these are 0.
template <class Scalar>
Vector<Scalar> reciprocal_sqrt_estimate(const Vector<Scalar>& x) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(_mm512_rsqrt14_ps(x));
    else
        return Vector<Scalar>(_mm512_rsqrt14_pd(x));
#else
    return broadcast(Scalar(1)) / sqrt(x);
#endif
}

/// 1/x to `reciprocal_bits`, exact where these are 0.
template <class Scalar>
Vector<Scalar> reciprocal_estimate(const Vector<Scalar>& x) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
    if constexpr (sizeof(Scalar) == 4)
#if defined(__AVX512F__)
        return Vector<Scalar>(_mm512_rcp14_ps(x));
#elif defined(__AVX__)
        return Vector<Scalar>(_mm256_rcp_ps(x));
#else
        return Vector<Scalar>(_mm_rcp_ps(x));
#endif
    else
#endif
        return broadcast(Scalar(1)) / x;
}

} // namespace burin::kernels
