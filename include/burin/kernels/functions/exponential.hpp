#pragma once

#include "burin/kernels/functions/accuracy.hpp"
#include "burin/kernels/functions/float_format.hpp"
#include "burin/kernels/functions/polynomial.hpp"
#include "burin/kernels/unroll.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

namespace detail {

template <class Scalar>
struct ExponentialConstants;

template <>
struct ExponentialConstants<float> {
    // Few enough bits that a product with an exponent is exact without a fused multiply-add.
    static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 1.42860682030941723212e-6f;
    static constexpr float ln2 = 0.693147180559945309417f, log2_e = 1.44269504088896340736f;
    /// (eʳ − 1 − r) / r², |r| ≤ ln 2 / 2.
    static constexpr std::array quotient{0.5f, 0.16666542997f, 0.041666282132f, 0.008366583415f,
                                         0.0013946443997f};
    /// Below it eˣ is 0, above it infinite.
    static constexpr float low = -104, high = 89;
    /// Below it eˣ might have less than the smallest normal exponent.
    static constexpr float tiny = -80, tiny_shift = 64, tiny_factor = 0x1p-64f;
    /// From here on 1 / (1 + eˣ) is 0, even times x.
    static constexpr float sigmoid_high = 112;
    /// Its n is one less than that of any normal number.
    static constexpr float zero_low = -88;
    static constexpr float fast_low = -87, fast_high = 87;
};

template <>
struct ExponentialConstants<double> {
    static constexpr double ln2_high = 0x1.62e42feep-1, ln2_low = 1.90821492927058770002e-10;
    static constexpr double ln2 = 0.693147180559945309417, log2_e = 1.44269504088896340736;
    static constexpr std::array quotient{0.50000000000000055492,     0.16666666666666686012,
                                         0.041666666666573629586,    0.0083333333333145897131,
                                         0.0013888888932377781021,   0.00019841269903036323025,
                                         0.000024801504446913057949, 2.7557227946363513527e-6,
                                         2.7626326186190176447e-7,   2.511447587417165473e-8};
    static constexpr double low = -746, high = 710;
    static constexpr double tiny = -700, tiny_shift = 100, tiny_factor = 0x1p-100;
    static constexpr double sigmoid_high = 760;
    static constexpr double zero_low = -709;
    static constexpr double fast_low = -707, fast_high = 707;
};

/// eʳ for |r| ≤ ln 2 / 2, to 2.6e-6 of it.
template <class Scalar>
inline constexpr std::array<Scalar, 5> fast_exponential{Scalar(0.99999925964), Scalar(0.99996333359),
                                                        Scalar(0.50004365347), Scalar(0.16791028612),
                                                        Scalar(0.04145853563)};

/// The rounder with the format's bias; 2ⁿ is made with a little more or less where it would not be normal.
template <class Scalar>
inline constexpr Scalar biased_rounder = FloatFormat<Scalar>::rounder + Scalar(FloatFormat<Scalar>::bias);

/// 2ⁿ, of the sum of n and a biased rounder.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> power_of_two(Vector<Scalar> shifted) noexcept {
    return from_bits<Scalar>(bits<Scalar>(shifted) << FloatFormat<Scalar>::mantissa_bits);
}

/// x = n · ln 2 + r with an integer n and |r| ≤ ln 2 / 2.
template <class Scalar>
struct Reduced {
    Vector<Scalar> scale; ///< 2ⁿ, times 2 to the power of what the rounder's bias has beyond the format's.
    Vector<Scalar> high;  ///< r without its last bits, exact.
    Vector<Scalar> low;   ///< The rest of r.

    /// `low` is what x should have had beyond its last place.
    template <class... Low>
    [[gnu::always_inline]] Reduced(Vector<Scalar> x, Vector<Scalar> rounder, Low... beyond) noexcept {
        using C = ExponentialConstants<Scalar>;
        const Vector<Scalar> shifted = fma(x, Vector<Scalar>(C::log2_e), rounder);
        const Vector<Scalar> n = shifted - rounder;
        scale = power_of_two<Scalar>(shifted);
        high = fma(n, Vector<Scalar>(-C::ln2_high), x);
        if constexpr (sizeof...(Low) == 0)
            low = n * Vector<Scalar>(-C::ln2_low);
        else
            low = fma(n, Vector<Scalar>(-C::ln2_low), beyond...);
    }

    /// eʳ − 1.
    [[gnu::always_inline]] Vector<Scalar> expm1() const noexcept {
        const Vector<Scalar> r = high + low;
        return high + fma(r * r, polynomial(r, ExponentialConstants<Scalar>::quotient), low);
    }
};

/// e^(x + low) for x from C::low to 0, where `low` is what x should have had beyond its last place; times a
/// factor. All is computed far from subnormal numbers, and only the last product may be one.
template <class Scalar>
struct NonpositiveExponential {
    Reduced<Scalar> reduced;

    template <class... Low>
    [[gnu::always_inline]] explicit NonpositiveExponential(Vector<Scalar> x, Low... low) noexcept
        : reduced(x, Vector<Scalar>(biased_rounder<Scalar> + ExponentialConstants<Scalar>::tiny_shift),
                  low...) {}

    [[gnu::always_inline]] Vector<Scalar> times(Vector<Scalar> factor) const noexcept {
        const Vector<Scalar> scaled = factor * reduced.scale;
        return fma(scaled, reduced.expm1(), scaled) *
               Vector<Scalar>(ExponentialConstants<Scalar>::tiny_factor);
    }
};

/// A power of two by which the summands of a softmax are divided, in the rounding of their exponents: no
/// subtraction is needed before, and none is rounded.
template <class Scalar>
struct PowerOfTwo {
    Vector<Scalar> rounder; ///< To it comes what an exponent is rounded with.
    Vector<Scalar> low;     ///< From here down the quotient is 0.

    /// By 1.
    PowerOfTwo() noexcept : rounder(biased_rounder<Scalar>), low(ExponentialConstants<Scalar>::zero_low) {}
    /// By 2ⁿ for an integer n.
    explicit PowerOfTwo(Scalar n) noexcept
        : rounder(biased_rounder<Scalar> - n),
          low(ExponentialConstants<Scalar>::zero_low + n * ExponentialConstants<Scalar>::ln2) {}
};

/// An exponential is a chain of some 15 steps that wait for each other. So many vectors, each step for all of
/// them before the next, keep a processor busy (the first Zen: 8.5 ns a vector of floats alone, 6.8 of five)
/// and spill few of 16 registers.
template <class Scalar>
inline constexpr std::size_t side_by_side = width<Scalar> == 1 ? 1 : 5;

template <class Scalar, std::size_t Count>
[[gnu::always_inline]] inline void
replace_by_exponentials_side_by_side(Vector<Scalar>* x, const PowerOfTwo<Scalar>& divisor) noexcept {
    using C = ExponentialConstants<Scalar>;
    const Vector<Scalar> rounder = divisor.rounder, low = divisor.low;
    Vector<Scalar> scale[Count], r[Count], series[Count];
    const auto each = [](auto step) __attribute__((always_inline)) {
        BURIN_DETAIL_UNROLL
        for (std::size_t k = 0; k < Count; ++k)
            step(k);
    };
    // 2ⁿ is made of bits, which are 0 for the smallest x that is left.
    each([&](std::size_t k) { x[k] = at_least(x[k], low); });
    each([&](std::size_t k) { scale[k] = fma(x[k], Vector<Scalar>(C::log2_e), rounder); });
    each([&](std::size_t k) { r[k] = scale[k] - rounder; });
    each([&](std::size_t k) { x[k] = fma(r[k], Vector<Scalar>(-C::ln2_high), x[k]); });
    each([&](std::size_t k) { r[k] = fma(r[k], Vector<Scalar>(-C::ln2_low), x[k]); });
    each([&](std::size_t k) { scale[k] = power_of_two<Scalar>(scale[k]); });
    constexpr std::size_t degree = C::quotient.size() - 1;
    each([&](std::size_t k) {
        series[k] = fma(Vector<Scalar>(C::quotient[degree]), r[k], Vector<Scalar>(C::quotient[degree - 1]));
    });
    BURIN_DETAIL_UNROLL
    for (std::size_t power = degree - 1; power > 0; --power)
        each(
            [&](std::size_t k) { series[k] = fma(series[k], r[k], Vector<Scalar>(C::quotient[power - 1])); });
    each([&](std::size_t k) { series[k] = fma(r[k] * r[k], series[k], r[k]); });
    each([&](std::size_t k) { x[k] = fma(scale[k], series[k], scale[k]); });
}

/// eˣ, to 3e-6 of it (7e-6 without fused multiply-add, for then n · ln 2 is rounded); beyond the limits eˣ of
/// the limit.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> fast_exp(Vector<Scalar> x) noexcept {
    using C = ExponentialConstants<Scalar>;
    const Vector<Scalar> rounder(biased_rounder<Scalar>);
    const Vector<Scalar> clamped = clamp<Scalar>(x, C::fast_low, C::fast_high);
    const Vector<Scalar> shifted = fma(clamped, Vector<Scalar>(C::log2_e), rounder);
    const Vector<Scalar> r = fma(shifted - rounder, Vector<Scalar>(-C::ln2), clamped);
    return polynomial(r, fast_exponential<Scalar>) * power_of_two<Scalar>(shifted);
}

} // namespace detail

/// eˣ, to 0.91 ulp in float and 0.87 in double.
template <class Scalar>
Vector<Scalar> exp(Vector<Scalar> x) noexcept {
    using C = detail::ExponentialConstants<Scalar>;
    const Vector<Scalar> clamped = clamp<Scalar>(x, C::low, C::high);
    // 2ⁿ for tiny results is made larger, so that only the last product may be a subnormal number; for others
    // smaller, so that it is finite wherever eˣ is.
    const auto is_tiny = clamped < Vector<Scalar>(C::tiny);
    const Vector<Scalar> rounder =
        select(is_tiny, Vector<Scalar>(detail::biased_rounder<Scalar> + C::tiny_shift),
               Vector<Scalar>(detail::biased_rounder<Scalar> - 1));
    const Vector<Scalar> correction =
        select(is_tiny, Vector<Scalar>(C::tiny_factor), Vector<Scalar>(Scalar(2)));
    const detail::Reduced<Scalar> reduced(clamped, rounder);
    return fma(reduced.scale, reduced.expm1(), reduced.scale) * correction;
}

/// eˣ for x ≤ 0 in fewer steps, for softmax; to the same errors.
template <class Scalar>
Vector<Scalar> exp_nonpositive(Vector<Scalar> x) noexcept {
    const Vector<Scalar> clamped = at_least(x, Vector<Scalar>(detail::ExponentialConstants<Scalar>::low));
    return detail::NonpositiveExponential<Scalar>(clamped).times(Vector<Scalar>(Scalar(1)));
}

/// x = eˣ / divisor for some vectors of x that are no larger than the divisor's logarithm and half of ln 2,
/// the summands of a softmax: to 1.05 ulp in float and 1.01 in double, or 0 where it would be less than 0.7
/// of the smallest normal number. Each takes fewer steps than exp_nonpositive.
template <class Scalar, std::size_t Count>
[[gnu::always_inline]] inline void
replace_by_exponentials(Vector<Scalar>* x, const detail::PowerOfTwo<Scalar>& divisor = {}) noexcept {
    constexpr std::size_t groups = (Count + detail::side_by_side<Scalar> - 1) / detail::side_by_side<Scalar>;
    constexpr std::size_t size = (Count + groups - 1) / groups, last = Count - (groups - 1) * size;
    for (std::size_t group = 0; group + 1 < groups; ++group, x += size)
        detail::replace_by_exponentials_side_by_side<Scalar, size>(x, divisor);
    detail::replace_by_exponentials_side_by_side<Scalar, last>(x, divisor);
}

/// eˣ − 1, to 1.61 ulp in float and 1.62 in double.
template <class Scalar>
Vector<Scalar> expm1(Vector<Scalar> x) noexcept {
    using C = detail::ExponentialConstants<Scalar>;
    // 2ⁿ may not be finite where the result is: half of it then, and twice the result.
    const Vector<Scalar> clamped = clamp<Scalar>(x, C::tiny, C::high);
    const auto is_huge = clamped > Vector<Scalar>(C::high - 1);
    const Vector<Scalar> rounder = select(is_huge, Vector<Scalar>(detail::biased_rounder<Scalar> - 1),
                                          Vector<Scalar>(detail::biased_rounder<Scalar>));
    const detail::Reduced<Scalar> reduced(clamped, rounder);
    const Vector<Scalar> scale = reduced.scale;
    const Vector<Scalar> result = fma(scale, reduced.expm1(), scale - Vector<Scalar>(Scalar(1)));
    const Vector<Scalar> scaled =
        result * select(is_huge, Vector<Scalar>(Scalar(2)), Vector<Scalar>(Scalar(1)));
    return detail::with_sign_of<Scalar>(x, scaled); // −0 would become 0
}

} // namespace burin::kernels
