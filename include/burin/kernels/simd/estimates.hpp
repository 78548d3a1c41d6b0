#pragma once

// Estimates of quotients and roots.

#include "burin/kernels/simd/vector.hpp"

#include <limits>

// Without optimisation g++'s intrinsics with a constant operand are macros, whose conversions count as ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace burin::kernels {

/// Estimates of 1/√x and 1/x of normal numbers: how many bits are right, or 0 where the exact instructions
/// are not slower than an estimate refined by Newton's method.
///
/// A core has one divider for roots and quotients. A root and a quotient of eight floats take it 10 and 9
/// cycles (Zen) or 6 and 5 (Skylake), in which the other units refine an estimate of the quotient: a sweep
/// that needs both takes the root exactly and estimates the quotient. With AVX-512 Intel's divider is no
/// wider, so both are estimated; and the root only for doubles, whose estimates need one more refinement. That
/// of Zen 4 gives sixteen quotients in 6 cycles and as many roots in 10, and an estimate takes the same two
/// units as the multiplications: the root is estimated, the quotient not. (11 bits of rcpps and 14 of the
/// AVX-512 forms are what the makers promise. Beyond them their processors differ.)
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 14;
#if defined(__znver3__) || defined(__znver4__) || defined(__znver5__) // Older compilers call Zen 4 a Zen 3.
template <class Scalar>
inline constexpr int reciprocal_bits = 0;
#else
template <class Scalar>
inline constexpr int reciprocal_bits = sizeof(Scalar) == 4 ? 14 : 0;
#endif
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
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_sqrt_estimate(const Vector<Scalar>& x) noexcept {
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
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_estimate(const Vector<Scalar>& x) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
    if constexpr (reciprocal_bits<Scalar> > 0)
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

/// Newton's refinement of estimates makes no number of what is 0 · ∞ in between. These give what is right
/// there and cost an instruction each; what is no number stays so.

/// An estimate y of 1/√x, but 0 where x is 0 and −1 where it is ∞: there x·y · (3 − x·y·y) is 0 and ∞.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_sqrt_at_ends(const Vector<Scalar>& estimate,
                                                                     const Vector<Scalar>& x) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    // A digit for each kind of x, from NaN on: 0 keeps the estimate, 8 is 0 and 9 is −1.
    constexpr int zero_and_infinity = 0x00900800;
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(
            _mm512_fixupimm_ps(estimate.data, x.data, _mm512_set1_epi32(zero_and_infinity), 0));
    else
        return Vector<Scalar>(
            _mm512_fixupimm_pd(estimate.data, x.data, _mm512_set1_epi64(zero_and_infinity), 0));
#else
    static_cast<void>(x);
    return estimate;
#endif
}

/// a/x for x ≥ 0 by the estimate y of 1/x: a·y · (2 − x·y), which has twice the bits. 0 where x is ∞ and a is
/// finite.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> refined_quotient(const Vector<Scalar>& a,
                                                              const Vector<Scalar>& x) noexcept {
    const Vector<Scalar> two(Scalar(2));
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    const Vector<Scalar> y = reciprocal_estimate<Scalar>(x);
    const __m512 correction =
        _mm512_fixupimm_ps(kernels::fnma(x, y, two).data, x.data, _mm512_set1_epi32(0x00800000), 0);
    return a * y * Vector<Scalar>(correction);
#else
    // The largest number's estimate is 0.
    const Vector<Scalar> limited = min(Vector<Scalar>(std::numeric_limits<Scalar>::max()), x);
    const Vector<Scalar> y = reciprocal_estimate<Scalar>(limited);
    return a * y * kernels::fnma(limited, y, two);
#endif
}

} // namespace burin::kernels

#pragma GCC diagnostic pop
