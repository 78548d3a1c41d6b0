#pragma once

#include "burin/kernels/simd/vector.hpp"

// Without optimisation g++'s intrinsics with a constant operand are macros, whose conversions count as ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace burin::kernels {

template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 14;
#if defined(__znver3__) || defined(__znver4__) || defined(__znver5__) // Older compilers call Zen 4 a Zen 3.
template <class Scalar>
inline constexpr int reciprocal_bits = 0;
#else
template <class Scalar>
inline constexpr int reciprocal_bits = sizeof(Scalar) == 4 ? 14 : 0;
#endif

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_sqrt_estimate(const Vector<Scalar>& x) noexcept {
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(_mm512_rsqrt14_ps(x));
    else
        return Vector<Scalar>(_mm512_rsqrt14_pd(x));
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_estimate(const Vector<Scalar>& x) noexcept {
    if constexpr (reciprocal_bits<Scalar> > 0)
        return Vector<Scalar>(_mm512_rcp14_ps(x));
    else
        return broadcast(Scalar(1)) / x;
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_sqrt_at_ends(const Vector<Scalar>& estimate,
                                                                     const Vector<Scalar>& x) noexcept {
    // A digit for each kind of x, from NaN on: 0 keeps the estimate, 8 is 0 and 9 is −1.
    constexpr int zero_and_infinity = 0x00900800;
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(
            _mm512_fixupimm_ps(estimate.data, x.data, _mm512_set1_epi32(zero_and_infinity), 0));
    else
        return Vector<Scalar>(
            _mm512_fixupimm_pd(estimate.data, x.data, _mm512_set1_epi64(zero_and_infinity), 0));
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> refined_quotient(const Vector<Scalar>& a,
                                                              const Vector<Scalar>& x) noexcept {
    const Vector<Scalar> two(Scalar(2));
    const Vector<Scalar> y = reciprocal_estimate<Scalar>(x);
    const __m512 correction =
        _mm512_fixupimm_ps(kernels::fnma(x, y, two).data, x.data, _mm512_set1_epi32(0x00800000), 0);
    return a * y * Vector<Scalar>(correction);
}

} // namespace burin::kernels

#pragma GCC diagnostic pop
