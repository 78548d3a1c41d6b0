#pragma once

#include "burin/kernels/simd.hpp"

#include <limits>

namespace burin::kernels::detail {

/// How IEEE 754 lays out a number: sign, exponent plus bias, mantissa without its leading one.
template <class Scalar>
struct FloatFormat {
    static constexpr int mantissa_bits = std::numeric_limits<Scalar>::digits - 1;
    static constexpr Bits<Scalar> bias = std::numeric_limits<Scalar>::max_exponent - 1;
    static constexpr Bits<Scalar> mantissa_mask = (Bits<Scalar>(1) << mantissa_bits) - 1;
    static constexpr Bits<Scalar> sign_mask = Bits<Scalar>(1) << (8 * sizeof(Scalar) - 1);
    /// Clears the lower half of a mantissa, so that the square of what is left is exact.
    static constexpr Bits<Scalar> upper_half_mask = ~((Bits<Scalar>(1) << ((mantissa_bits + 2) / 2)) - 1);

    /// A number so large that its last place is 1: added to a smaller one, it rounds it to an integer, which
    /// then is in the lowest bits.
    static constexpr Scalar rounder = Scalar(3 * (Bits<Scalar>(1) << (mantissa_bits - 1)));
};

/// The magnitude (which has no sign) with the sign of another number.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> with_sign_of(Vector<Scalar> sign,
                                                          Vector<Scalar> magnitude) noexcept {
    const Vector<Bits<Scalar>> mask(FloatFormat<Scalar>::sign_mask);
    return from_bits<Scalar>(bits<Scalar>(magnitude) | (bits<Scalar>(sign) & mask));
}

} // namespace burin::kernels::detail
