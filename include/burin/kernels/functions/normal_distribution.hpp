#pragma once

#include "burin/kernels/functions/logistic.hpp"

#include <array>

namespace burin::kernels {

namespace detail {

// Φ is the normal distribution function, and a ≥ 0. In the tail, from a = 0.75 on, a · Φ(−a) = e^(−a²/2) · G,
// where G is a smooth function of v = a / (1 + a/4). Near 0, Φ(−a) = 1/2 − a · K(a²).

template <class Scalar>
struct NormalConstants;

template <>
struct NormalConstants<float> {
    /// G as a polynomial in v − middle, up to where Φ(−a) is 0. The middle is where G is almost exactly a
    /// float.
    static constexpr float near_zero = 0.66f;
    static constexpr float limit = 14.4f, middle = 0x1.8000d8p+0f;
    static constexpr std::array tail{
        0.350480526686f,   0.0760884241501f,    -0.0534207138034f,   0.0226792176754f,   -0.00628199311781f,
        0.00102179148154f, -3.75799122109e-05f, -1.94131227744e-05f, 2.62575468627e-06f, 1.20783718805e-07f};
    /// K(z), z ≤ 0.5625.
    static constexpr std::array centre{0.39894227349f, -0.066490160135f, 0.0099715075002f, -0.0011793228605f,
                                       0.00010140808417f};
    /// erf(x) / x − 1 as a polynomial in x² ≤ 0.5625.
    static constexpr std::array erf{0.1283791655f,    -0.37612618756f, 0.1128337657f,
                                    -0.026834624469f, 0.005114345503f, -0.00067495137651f};
};

template <>
struct NormalConstants<double> {
    static constexpr double near_zero = 0.66;
    static constexpr double limit = 38.7, middle = 0x1.8f5c28f5c2900p+0;
    static constexpr std::array tail{
        0.35485743576191952631,      0.069918802455651433202,     -0.04947275146426726701,
        0.021208272538021672253,     -0.0059777747115770959169,   0.0010074047579373570958,
        -0.000045414495390143232308, -0.000018811710078528153633, 2.8020736493217070189e-6,
        4.0746815320142941118e-7,    -9.6644890695443395644e-8,   -1.3923791808570731846e-8,
        3.0190623800832213218e-9,    6.5288264010300375013e-10,   -7.2049050194100536868e-11,
        -3.2070436414011383294e-11,  -4.8918035129307962413e-13,  1.5226690528070108066e-12,
        2.2032954648891403825e-13,   -9.6741082535512336764e-14,  -6.9835085360629452233e-16,
        1.5069544939672782707e-15};
    static constexpr std::array centre{
        0.39894228040143261923,    -0.066490380066899724523,  0.0099735570098676799353,
        -0.0011873282131990775117, 0.00011543467066776496185, -9.4445816773296571105e-6,
        6.6576947398136003118e-7,  -4.0905518861005811842e-8, 1.9870326985620285969e-9};
    static constexpr std::array erf{
        0.128379167095512573,      -0.37612638903183714929,     0.1128379167095248056,
        -0.026866170644402447994,  0.00522397761512202011,      -0.00085483261690776677769,
        0.00012055288776822781739, -0.000014924176630784362083, 1.6430388172701454838e-6,
        -1.5937600109813284286e-7, 1.1463759758407790633e-8};
};

/// log(Φ(x) / Φ(−x)) / x as a polynomial in x² ≤ 36, with errors that are small where x · Φ(x) is large.
inline constexpr double fast_normal_limit = 36;
template <class Scalar>
inline constexpr std::array<Scalar, 5> fast_normal{Scalar(1.5956916948), Scalar(0.072889137021),
                                                   Scalar(-0.00023135825039), Scalar(-6.3606846482e-5),
                                                   Scalar(2.3385326326e-6)};
/// The derivative of x times that polynomial.
template <class Scalar>
inline constexpr std::array<Scalar, 5> fast_normal_slope{
    fast_normal<Scalar>[0], 3 * fast_normal<Scalar>[1], 5 * fast_normal<Scalar>[2],
    7 * fast_normal<Scalar>[3], 9 * fast_normal<Scalar>[4]};

/// One of the polynomials above.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> fast_log_odds(Vector<Scalar> square,
                                                           const std::array<Scalar, 5>& c) noexcept {
    return polynomial(at_most(square, Vector<Scalar>(Scalar(fast_normal_limit))), c);
}

/// a · Φ(−a) = e^(−a²/2) · g.
template <class Scalar>
struct NormalTail {
    Vector<Scalar> g;
    NonpositiveExponential<Scalar> exponential;

    [[gnu::always_inline]] explicit NormalTail(Vector<Scalar> a) noexcept
        : g(tail_polynomial(a)), exponential(half_square_exponential(a)) {}

    [[gnu::always_inline]] static Vector<Scalar> tail_polynomial(Vector<Scalar> a) noexcept {
        using C = NormalConstants<Scalar>;
        const Vector<Scalar> one(Scalar(1)), quarter(Scalar(0.25));
        const Vector<Scalar> denominator = fma(a, quarter, one);
        const Vector<Scalar> v = a / denominator;
        // What v has lost by two roundings; 1 / denominator is 1 − v/4.
        const Vector<Scalar> lost = fma(-v, denominator, a) - v * (a * quarter - (denominator - one));
        const Vector<Scalar> t = fma(lost, fma(v, -quarter, one), v - Vector<Scalar>(C::middle));
        return polynomial(t, C::tail);
    }

    // The square of a rounded a has no error, and the rest of it is small.
    [[gnu::always_inline]] static NonpositiveExponential<Scalar>
    half_square_exponential(Vector<Scalar> a) noexcept {
        const Vector<Scalar> minus_half(Scalar(-0.5));
        const Vector<Bits<Scalar>> mask(FloatFormat<Scalar>::upper_half_mask);
        const Vector<Scalar> upper = from_bits<Scalar>(bits<Scalar>(a) & mask);
        const Vector<Scalar> lower = minus_half * (a - upper) * (a + upper);
        return NonpositiveExponential<Scalar>(minus_half * upper * upper, lower);
    }
};

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> normal_magnitude(Vector<Scalar> x) noexcept {
    return at_most(abs(x), Vector<Scalar>(NormalConstants<Scalar>::limit));
}

} // namespace detail

/// x · Φ(x), Φ the normal distribution function, to 2.00 ulp in float and 1.99 in double (2.5 without fused
/// multiply-add), for negative x too: Φ(x) is not computed as 1 + erf. Fast: to 5e-6 of the larger of it
/// and 1.
template <Accuracy accuracy = Accuracy::full, class Scalar>
Vector<Scalar> gelu(Vector<Scalar> x) noexcept {
    if constexpr (accuracy == Accuracy::fast) {
        // Far below, the result is 0; −∞ would give NaN.
        const Vector<Scalar> limited = at_least(x, Vector<Scalar>(Scalar(-16)));
        return detail::times_sigmoid<Accuracy::fast, Scalar>(
            limited, limited * detail::fast_log_odds<Scalar>(x * x, detail::fast_normal<Scalar>));
    } else {
        const Vector<Scalar> a = detail::normal_magnitude<Scalar>(x);
        const detail::NormalTail<Scalar> tail(a);
        const Vector<Scalar> outside =
            at_least(x, Vector<Scalar>(Scalar(0))) - tail.exponential.times(tail.g);
        const Vector<Scalar> square = a * a;
        const Vector<Scalar> inside = fma(square, polynomial(square, detail::NormalConstants<Scalar>::centre),
                                          Vector<Scalar>(Scalar(0.5)) * x);
        return select(a < Vector<Scalar>(detail::NormalConstants<Scalar>::near_zero), inside, outside);
    }
}

/// The derivative of gelu, Φ(x) + x · φ(x) with the density φ(x) = e^(−x²/2) / √(2π).
template <Accuracy accuracy = Accuracy::full, class Scalar>
Vector<Scalar> gelu_gradient(Vector<Scalar> x) noexcept {
    const Vector<Scalar> zero(Scalar(0)), one(Scalar(1));
    if constexpr (accuracy == Accuracy::fast) {
        // Far from 0 the derivative is 0 or 1, which products with the largest numbers are not.
        const Vector<Scalar> limited = clamp<Scalar>(x, -16, 16), square = limited * limited;
        const Vector<Scalar> y = sigmoid<Accuracy::fast>(
            limited * detail::fast_log_odds<Scalar>(square, detail::fast_normal<Scalar>));
        const Vector<Scalar> slope = detail::fast_log_odds<Scalar>(square, detail::fast_normal_slope<Scalar>);
        return fma(limited * y * (one - y), slope, y);
    } else {
        const Vector<Scalar> one_over_sqrt_two_pi(Scalar(0.398942280401432677940)), half(Scalar(0.5));
        const Vector<Scalar> a = detail::normal_magnitude<Scalar>(x);
        const detail::NormalTail<Scalar> tail(a);
        const Vector<Scalar> density = tail.exponential.times(one_over_sqrt_two_pi);
        // Φ(−a) − a · φ(a), which is the derivative for x = −a, and 1 minus the derivative for x = a.
        const Vector<Scalar> square = a * a;
        const Vector<Scalar> inside = half - a * polynomial(square, detail::NormalConstants<Scalar>::centre);
        const Vector<Scalar> outside = tail.exponential.times(tail.g) / a;
        const Vector<Scalar> below =
            select(a < Vector<Scalar>(detail::NormalConstants<Scalar>::near_zero), inside, outside) -
            a * density;
        return select(x < zero, below, one - below);
    }
}

/// The error function, 2/√π · ∫₀ˣ e^(−t²) dt = 1 − 2 Φ(−√2 x), to 1.92 ulp in float and 1.96 in double.
template <class Scalar>
Vector<Scalar> erf(Vector<Scalar> x) noexcept {
    using C = detail::NormalConstants<Scalar>;
    const Vector<Scalar> one(Scalar(1)), sqrt_two(Scalar(1.41421356237309504880));
    const Vector<Scalar> magnitude = abs(x);
    const Vector<Scalar> small = fma(magnitude, polynomial(x * x, C::erf), magnitude);
    const Vector<Scalar> a = at_most(magnitude * sqrt_two, Vector<Scalar>(C::limit));
    const detail::NormalTail<Scalar> tail(a);
    const Vector<Scalar> large = one - tail.exponential.times(tail.g + tail.g) / a;
    return detail::with_sign_of<Scalar>(x, select(magnitude < Vector<Scalar>(Scalar(0.75)), small, large));
}

} // namespace burin::kernels
