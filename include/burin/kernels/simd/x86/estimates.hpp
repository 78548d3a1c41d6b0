#pragma once

#include "burin/kernels/simd/generic/refined_estimates.hpp"
#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 0;
template <class Scalar>
inline constexpr int reciprocal_bits = sizeof(Scalar) == 4 ? 11 : 0;

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_sqrt_estimate(const Vector<Scalar>& x) noexcept {
    return broadcast(Scalar(1)) / sqrt(x);
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_estimate(const Vector<Scalar>& x) noexcept {
    if constexpr (reciprocal_bits<Scalar> > 0)
#if defined(__AVX__)
        return Vector<Scalar>(_mm256_rcp_ps(x));
#else
        return Vector<Scalar>(_mm_rcp_ps(x));
#endif
    else
        return broadcast(Scalar(1)) / x;
}

} // namespace burin::kernels
