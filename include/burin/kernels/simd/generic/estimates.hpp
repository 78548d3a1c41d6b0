#pragma once

// Estimates of quotients and roots.

#include "burin/kernels/simd/generic/refined_estimates.hpp"
#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

/// Estimates of 1/√x and 1/x of normal numbers: how many bits are right, or 0 where the exact instructions
/// are not slower than an estimate refined by Newton's method.
///
/// A core has one divider for roots and quotients. A root and a quotient of eight floats take it 10 and 9
/// cycles (Zen) or 6 and 5 (Skylake), in which the other units refine an estimate of the quotient: a sweep
/// that needs both takes the root exactly and estimates the quotient. With AVX-512 Intel's divider is no
/// wider, so both are estimated; and the root only for doubles, whose estimates need one more refinement.
/// That of Zen 4 gives sixteen quotients in 6 cycles and as many roots in 10, and an estimate takes the same
/// two units as the multiplications: the root is estimated, the quotient not. (11 bits of rcpps and 14 of the
/// AVX-512 forms are what the makers promise. Beyond them their processors differ.)
template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 0;
template <class Scalar>
inline constexpr int reciprocal_bits = 0;

/// 1/√x to `reciprocal_sqrt_bits`, exact where these are 0.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_sqrt_estimate(const Vector<Scalar>& x) noexcept {
    return broadcast(Scalar(1)) / sqrt(x);
}

/// 1/x to `reciprocal_bits`, exact where these are 0.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_estimate(const Vector<Scalar>& x) noexcept {
    return broadcast(Scalar(1)) / x;
}

} // namespace burin::kernels
