#pragma once

#include "burin/kernels/simd/arm/division.hpp"
#include "burin/kernels/simd/generic/batch.hpp"
#include "burin/kernels/simd/generic/first_lane.hpp"
#include "burin/kernels/simd/generic/multiply_subtract.hpp"

namespace burin::kernels {

inline Vector<float> sqrt(const Vector<float>& x) noexcept {
    return detail::roots(x);
}

// `max` and `min` give NaN where either operand is.

template <class AnyVector>
[[gnu::always_inline]] inline AnyVector max_or_nan(AnyVector x, AnyVector running) noexcept {
    return max(x, running);
}

template <class AnyVector>
[[gnu::always_inline]] inline AnyVector min_or_nan(AnyVector x, AnyVector running) noexcept {
    return min(x, running);
}

namespace detail {

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> nan_where(const Vector<Scalar>&,
                                                       const Vector<Scalar>& value) noexcept {
    return value;
}

} // namespace detail

} // namespace burin::kernels
