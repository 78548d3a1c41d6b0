#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <limits>

namespace burin::kernels {

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_estimate(const Vector<Scalar>& x) noexcept;

// Newton's refinement of estimates makes NaN of what is 0 · ∞ in between. These give what is right there and
// cost an instruction each; NaN stays NaN.

/// An estimate y of 1/√x, but 0 where x is 0 and −1 where it is ∞: there x·y · (3 − x·y·y) is 0 and ∞.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> reciprocal_sqrt_at_ends(const Vector<Scalar>& estimate,
                                                                     const Vector<Scalar>& x) noexcept {
    static_cast<void>(x);
    return estimate;
}

/// a/x for x ≥ 0 by the estimate y of 1/x: a·y · (2 − x·y), which has twice the bits. 0 where x is ∞ and a is
/// finite.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> refined_quotient(const Vector<Scalar>& a,
                                                              const Vector<Scalar>& x) noexcept {
    const Vector<Scalar> two(Scalar(2));
    // The largest number's estimate is 0.
    const Vector<Scalar> limited = min(Vector<Scalar>(std::numeric_limits<Scalar>::max()), x);
    const Vector<Scalar> y = reciprocal_estimate<Scalar>(limited);
    return a * y * kernels::fnma(limited, y, two);
}

} // namespace burin::kernels
