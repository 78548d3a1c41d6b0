#pragma once

#include "burin/kernels/functions/exponential.hpp"
#include "burin/kernels/functions/float_format.hpp"

#include <array>
#include <bit>
#include <limits>

namespace burin::kernels {

namespace detail {

template <class Scalar>
struct LogarithmConstants;

// (log((1 + s) / (1 − s)) − 2s) / s³ as a polynomial in s², for (1 + s) / (1 − s) from √½ to √2.
template <>
struct LogarithmConstants<float> {
    static constexpr std::array series{0.66666776401f, 0.39977537594f, 0.29871858353f};
    static constexpr float sqrt_half = 0.707106781186547524401f;
    static constexpr float subnormal_factor = 0x1p25f, subnormal_shift = 25;
    static constexpr float large = 0x1p60f;
};

template <>
struct LogarithmConstants<double> {
    static constexpr std::array series{0.66666666666667344475, 0.3999999999941438641,  0.28571428742462369321,
                                       0.22222198564635981341, 0.18183564812293002265, 0.1531403711148895573,
                                       0.14796093632449723397};
    static constexpr double sqrt_half = 0.707106781186547524401;
    static constexpr double subnormal_factor = 0x1p54, subnormal_shift = 54;
    static constexpr double large = 0x1p100;
};

/// log(1 + f) + n · ln 2 for 1 + f from √½ to √2, with s = f / (2 + f):
/// log(1 + f) = f − f²/2 + s · (f²/2 + s² · series(s²)), the form of Sun's fdlibm.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> log_of_one_plus(Vector<Scalar> f, Vector<Scalar> n) noexcept {
    using C = ExponentialConstants<Scalar>;
    const Vector<Scalar> s = f / (f + Vector<Scalar>(Scalar(2)));
    const Vector<Scalar> square = s * s;
    const Vector<Scalar> half_square = Vector<Scalar>(Scalar(0.5)) * f * f;
    const Vector<Scalar> series =
        fma(square, polynomial(square, LogarithmConstants<Scalar>::series), half_square);
    const Vector<Scalar> low = fma(s, series, n * Vector<Scalar>(C::ln2_low));
    return fma(n, Vector<Scalar>(C::ln2_high), f - (half_square - low));
}

/// x = 2ⁿ · mantissa, with a mantissa from √½ to √2, for normal x > 0.
template <class Scalar>
struct Split {
    Vector<Bits<Scalar>> biased_exponent;
    Vector<Scalar> mantissa;

    [[gnu::always_inline]] explicit Split(Vector<Scalar> x) noexcept : mantissa(x) {
        using Format = FloatFormat<Scalar>;
        using Integers = Vector<Bits<Scalar>>;
        constexpr auto sqrt_half = std::bit_cast<Bits<Scalar>>(LogarithmConstants<Scalar>::sqrt_half);
        constexpr auto one = std::bit_cast<Bits<Scalar>>(Scalar(1));
        const Integers moved = bits<Scalar>(x) + Integers(one - sqrt_half);
        biased_exponent = moved >> Format::mantissa_bits;
        mantissa = from_bits<Scalar>((moved & Integers(Format::mantissa_mask)) + Integers(sqrt_half));
    }

    [[gnu::always_inline]] Vector<Scalar> exponent() const noexcept {
        using Format = FloatFormat<Scalar>;
        // As the last places of a large number, which is cheaper than a conversion (for double, AVX2 has
        // none).
        constexpr auto large = Scalar(Bits<Scalar>(1) << Format::mantissa_bits);
        const Vector<Bits<Scalar>> pattern(std::bit_cast<Bits<Scalar>>(large));
        return from_bits<Scalar>(biased_exponent | pattern) - Vector<Scalar>(large + Scalar(Format::bias));
    }

    /// 2⁻ⁿ, for n well below the largest exponent.
    [[gnu::always_inline]] Vector<Scalar> inverse_scale() const noexcept {
        using Format = FloatFormat<Scalar>;
        const Vector<Bits<Scalar>> twice_bias(2 * Format::bias);
        return from_bits<Scalar>((twice_bias - biased_exponent) << Format::mantissa_bits);
    }
};

/// What a logarithm is where its argument is 0, negative, infinite or NaN.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> at_the_ends(Vector<Scalar> argument,
                                                         Vector<Scalar> logarithm) noexcept {
    const Vector<Scalar> infinity(std::numeric_limits<Scalar>::infinity());
    const Vector<Scalar> zero(Scalar(0));
    const Vector<Scalar> not_positive =
        select(argument == zero, -infinity, Vector<Scalar>(std::numeric_limits<Scalar>::quiet_NaN()));
    return select(argument > zero, select(argument == infinity, infinity, logarithm), not_positive);
}

} // namespace detail

/// The natural logarithm, to 0.84 ulp in float and 0.76 in double.
template <class Scalar>
Vector<Scalar> log(Vector<Scalar> x) noexcept {
    using C = detail::LogarithmConstants<Scalar>;
    const auto is_subnormal = x < Vector<Scalar>(std::numeric_limits<Scalar>::min());
    const Vector<Scalar> normal = select(is_subnormal, x * Vector<Scalar>(C::subnormal_factor), x);
    const Vector<Scalar> shift =
        select(is_subnormal, Vector<Scalar>(C::subnormal_shift), Vector<Scalar>(Scalar(0)));
    const detail::Split<Scalar> split(normal);
    const Vector<Scalar> f = split.mantissa - Vector<Scalar>(Scalar(1));
    return detail::at_the_ends<Scalar>(x, detail::log_of_one_plus<Scalar>(f, split.exponent() - shift));
}

/// log(1 + x), to 1.40 ulp in float and 1.27 in double.
template <class Scalar>
Vector<Scalar> log1p(Vector<Scalar> x) noexcept {
    using C = detail::LogarithmConstants<Scalar>;
    const Vector<Scalar> one(Scalar(1));
    const Vector<Scalar> sum = one + x;
    // What the sum has lost is added to the mantissa.
    const Vector<Scalar> lost = min(one, x) - (sum - max(one, x));
    const detail::Split<Scalar> split(sum);
    const Vector<Scalar> rounded = split.mantissa - one;
    const Vector<Scalar> f =
        select(x < Vector<Scalar>(C::large), fma(lost, split.inverse_scale(), rounded), rounded);
    const Vector<Scalar> result =
        detail::at_the_ends<Scalar>(sum, detail::log_of_one_plus<Scalar>(f, split.exponent()));
    return detail::with_sign_of<Scalar>(x, result); // −0 would become 0
}

} // namespace burin::kernels
