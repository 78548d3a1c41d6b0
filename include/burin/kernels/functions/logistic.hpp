#pragma once

#include "burin/kernels/functions/logarithm.hpp"
#include "burin/kernels/functions/tables.hpp"

#include <array>

namespace burin::kernels {

namespace detail {

template <class Scalar>
struct TanhConstants;

// (tanh(x) / x − 1) / x² as a polynomial in x², up to where tanh(x) = ½.
template <>
struct TanhConstants<float> {
    static constexpr float near_zero = 0.549306144f;
    static constexpr std::array series{-0.33333317288f, 0.13332576065f, -0.053851168082f, 0.021066651114f,
                                       -0.0062666956045f};
};

template <>
struct TanhConstants<double> {
    static constexpr double near_zero = 0.549306144334054846;
    static constexpr std::array series{-0.33333333333332278308,    0.13333333333163652707,
                                       -0.053968253873586692264,   0.021869485914909619696,
                                       -0.0088631936941135071479,  0.0035917131109329636856,
                                       -0.0014531838894608226028,  0.00057903853689356541113,
                                       -0.00021013986480460245249, 0.000050907943566986216017};
};

/// tanh(x) / x as the ratio of two polynomials in x², for |x| ≤ fast_tanh_limit, beyond which tanh is ±1.
inline constexpr double fast_tanh_limit = 7;
template <class Scalar>
inline constexpr std::array<Scalar, 4> fast_tanh_numerator{Scalar(0.99999896703), Scalar(0.12322050203),
                                                           Scalar(0.0022930851074), Scalar(3.9958572518e-6)};
template <class Scalar>
inline constexpr std::array<Scalar, 4> fast_tanh_denominator{
    Scalar(1.0), Scalar(0.45654610009), Scalar(0.021151595416), Scalar(0.00014398409264)};

/// log(1 + e) / e for e from 0 to 1, to 8.4e-6 of it.
template <class Scalar>
inline constexpr std::array<Scalar, 6> fast_log1p{Scalar(0.99999159605), Scalar(-0.49936130205),
                                                  Scalar(0.3252063089),  Scalar(-0.21004783168),
                                                  Scalar(0.10122144754), Scalar(-0.023868863144)};

/// log(1 + e) for e from 0 to 1.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> log1p_of_fraction(Vector<Scalar> e) noexcept {
    const Vector<Scalar> zero(Scalar(0)), one(Scalar(1)), half(Scalar(0.5));
    // Where 1 + e is more than √2, half of it, of which 1 is subtracted without rounding.
    const auto is_large = e > Vector<Scalar>(Scalar(0.414213562373095048802));
    const Vector<Scalar> f = select(is_large, half * (e - one), e);
    return log_of_one_plus<Scalar>(f, select(is_large, one, zero));
}

/// unit + eˣ, scaled as the rounder says, of which `unit` is 1.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> sum_with_exponential(Vector<Scalar> unit, Vector<Scalar> x,
                                                                  Vector<Scalar> rounder) noexcept {
    const Reduced<Scalar> reduced(x, rounder);
    const Vector<Scalar> scale = reduced.scale;
    const Vector<Scalar> sum = scale + unit;
    const Vector<Scalar> lost = unit - (sum - scale);
    return sum + fma(scale, reduced.expm1(), lost);
}

/// x / (1 + e^−z).
template <Accuracy accuracy, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> times_sigmoid(Vector<Scalar> x, Vector<Scalar> z) noexcept {
    const Vector<Scalar> one(Scalar(1));
    if constexpr (accuracy == Accuracy::fast) {
        return x / (one + fast_exp<Scalar>(-z));
    } else {
        // Where e^−z might not be finite, numerator and denominator are both made smaller.
        using C = ExponentialConstants<Scalar>;
        const Vector<Scalar> exponent = clamp<Scalar>(-z, C::tiny, C::sigmoid_high);
        const auto is_huge = exponent > Vector<Scalar>(-C::tiny);
        const Vector<Scalar> rounder = select(is_huge, Vector<Scalar>(biased_rounder<Scalar> - C::tiny_shift),
                                              Vector<Scalar>(biased_rounder<Scalar>));
        const Vector<Scalar> unit = select(is_huge, Vector<Scalar>(C::tiny_factor), one);
        return x * unit / sum_with_exponential<Scalar>(unit, exponent, rounder);
    }
}

} // namespace detail

/// Hyperbolic tangent, to 1.35 ulp in float (with tables 1.13) and 1.28 in double; fast: to 2e-6 of it.
template <Accuracy accuracy = Accuracy::full, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> tanh(Vector<Scalar> x) noexcept {
    if constexpr (accuracy == Accuracy::fast) {
        constexpr auto limit = static_cast<Scalar>(detail::fast_tanh_limit);
        const Vector<Scalar> clamped = clamp<Scalar>(x, -limit, limit);
        const Vector<Scalar> square = clamped * clamped;
        return clamped * polynomial(square, detail::fast_tanh_numerator<Scalar>) /
               polynomial(square, detail::fast_tanh_denominator<Scalar>);
    } else if constexpr (detail::has_tables<Scalar>) {
        return detail::tanh_by_tables<Scalar>(x);
    } else {
        // 1 − 2 / (e^2|x| + 1), and near 0, where that would cancel, a polynomial. From 22 on the difference
        // to 1 is lost even in double.
        const Vector<Scalar> one(Scalar(1)), two(Scalar(2));
        const Vector<Scalar> magnitude = at_most(abs(x), Vector<Scalar>(Scalar(22)));
        const detail::Reduced<Scalar> reduced(magnitude + magnitude,
                                              Vector<Scalar>(detail::biased_rounder<Scalar>));
        const Vector<Scalar> scale = reduced.scale;
        const Vector<Scalar> sum = fma(scale, reduced.expm1(), scale + one);
        const Vector<Scalar> square = magnitude * magnitude;
        const Vector<Scalar> near_zero =
            fma(magnitude * square, polynomial(square, detail::TanhConstants<Scalar>::series), magnitude);
        const auto is_near_zero = magnitude < Vector<Scalar>(detail::TanhConstants<Scalar>::near_zero);
        return detail::with_sign_of<Scalar>(x, select(is_near_zero, near_zero, one - two / sum));
    }
}

/// The logistic function, 1 / (1 + e⁻ˣ), to 1.72 ulp in float (with tables 2) and 1.65 in double; fast: to
/// 7e-6 of it.
template <Accuracy accuracy = Accuracy::full, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> sigmoid(Vector<Scalar> x) noexcept {
    if constexpr (accuracy == Accuracy::fast) {
        return detail::times_sigmoid<accuracy, Scalar>(Vector<Scalar>(Scalar(1)), x);
    } else if constexpr (detail::has_tables<Scalar>) {
        return detail::sigmoid_by_tables<Scalar>(x);
    } else {
        // Numerator and denominator are made smaller, so that both are finite wherever the result is not 0.
        using C = detail::ExponentialConstants<Scalar>;
        const Vector<Scalar> exponent = clamp<Scalar>(-x, -40, C::sigmoid_high);
        const Vector<Scalar> rounder(detail::biased_rounder<Scalar> - C::tiny_shift), unit(C::tiny_factor);
        return unit / detail::sum_with_exponential<Scalar>(unit, exponent, rounder);
    }
}

/// x · sigmoid(x), to 1.68 ulp in float and 1.53 in double; fast: to 7e-6 of it.
template <Accuracy accuracy = Accuracy::full, class Scalar>
Vector<Scalar> silu(Vector<Scalar> x) noexcept {
    // Below the limit the result is 0; −∞ would give NaN.
    const Vector<Scalar> limited =
        at_least(x, Vector<Scalar>(-detail::ExponentialConstants<Scalar>::sigmoid_high));
    return detail::times_sigmoid<accuracy, Scalar>(limited, x);
}

/// log(1 + eˣ), as max(x, 0) + log(1 + e^−|x|), which does not overflow; to 1.7 ulp in float and 1.6 in
/// double; fast: to 2e-5 of it.
template <Accuracy accuracy = Accuracy::full, class Scalar>
Vector<Scalar> softplus(Vector<Scalar> x) noexcept {
    const Vector<Scalar> above = at_least(x, Vector<Scalar>(Scalar(0)));
    if constexpr (accuracy == Accuracy::fast) {
        const Vector<Scalar> e = detail::fast_exp<Scalar>(-abs(x));
        return fma(e, polynomial(e, detail::fast_log1p<Scalar>), above);
    } else {
        return above + detail::log1p_of_fraction<Scalar>(exp_nonpositive<Scalar>(-abs(x)));
    }
}

} // namespace burin::kernels
