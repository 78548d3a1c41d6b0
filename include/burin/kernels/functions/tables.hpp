#pragma once

#include "burin/kernels/functions/float_format.hpp"
#include "burin/kernels/simd.hpp"

#include <array>
#include <cstddef>

// tanh and sigmoid of floats where one instruction reads a table of 16 (`table_entries`): a tanh without a
// quotient, and an exponential of half the degree. Beside the fewer instructions the chain of those that wait
// for each other is half as long, which is what a step of a small recurrent cell takes.

namespace burin::kernels::detail {

template <class Scalar>
inline constexpr bool has_tables = table_entries<Scalar> == 16;

/// tanh(center + y) as a polynomial in y, for 16 centers a step apart, up to where it is 1. Of the centers
/// the tanh is a float but for a small fraction of its last place.
struct TanhTables {
    static constexpr float limit = 9.02f, per_step = 256.0f / 149;
    alignas(64) static constexpr std::array<float, 16> center{
        0.0f,        0.549165249f, 1.16429389f, 1.74581337f, 2.32809639f, 2.91046834f,
        3.49199033f, 4.07312155f,  4.65663099f, 5.23926258f, 5.81915569f, 6.40344429f,
        6.98318291f, 7.56572723f,  8.14605331f, 8.72808456f};
    alignas(64) static constexpr std::array<std::array<float, 16>, 8> coefficients{{
        {0.0f, 0.499894321f, 0.822434306f, 0.940897167f, 0.981173754f, 0.994087875f, 0.998148501f,
         0.999420524f, 0.999819577f, 0.999943733f, 0.999982357f, 0.999994516f, 0.999998271f, 0.999999464f,
         0.999999821f, 0.99999994f},
        {1.0f, 0.750105683f, 0.323601804f, 0.114712528f, 0.037298065f, 0.0117892969f, 0.0036995701f,
         0.00115861692f, 0.000360813968f, 0.000112530408f, 3.5285632e-5f, 1.09672213e-5f, 3.43560429e-6f,
         1.07288356e-6f, 3.35686351e-7f, 1.06845026e-7f},
        {0.0f, -0.374973378f, -0.266141524f, -0.107932634f, -0.0365958876f, -0.0117195908f, -0.00369272104f,
         -0.00115794572f, -0.000360749084f, -0.000112524731f, -3.52844782e-5f, -1.09667231e-5f,
         -1.6456963e-6f, -1.07290582e-6f, 1.89503451e-6f, 1.3823507e-6f},
        {-0.333330715f, -0.0625904378f, 0.111017602f, 0.0633151222f, 0.0234741444f, 0.00772054326f,
         0.00245269546f, 0.000771068466f, 0.000240412489f, 7.50077056e-5f, 2.35225881e-5f, 7.31130122e-6f,
         2.56174796e-6f, 7.15252631e-7f, 1.30970268e-7f, -1.30265728e-7f},
        {-8.74514209e-5f, 0.156262724f, -0.00256923058f, -0.0236022696f, -0.0108334648f, -0.00376851176f,
         -0.00121719237f, -0.000384627965f, -0.000120107725f, -3.74730971e-5f, -1.1776581e-5f,
         -3.66914466e-6f, -5.7448453e-5f, -3.56892205e-7f, -7.00589244e-5f, -4.68887267e-5f},
        {0.134369396f, -0.0404849127f, -0.027726598f, 0.0036687463f, 0.00363912718f, 0.00143458297f,
         0.000479559433f, 0.000153177831f, 4.79766337e-5f, 1.49894989e-5f, 4.70248795e-6f, 1.46278853e-6f,
         -2.70744725e-6f, 1.43068432e-7f, 7.29289519e-6f, 6.51897889e-6f},
        {-0.00542430647f, -0.039764208f, 0.0173003872f, 0.00217347823f, -0.000759848937f, -0.000430366928f,
         -0.000156331447f, -5.08812252e-5f, -1.61517944e-5f, -5.20412901e-6f, -1.45186473e-6f,
         -3.84442674e-7f, 0.000442467517f, -5.3804901e-8f, 0.000549897825f, 0.000370094044f},
        {-0.0425898944f, 0.0287301499f, -0.00300674329f, -0.00213859374f, -7.14845619e-5f, 9.57898787e-5f,
         4.23849587e-5f, 1.3528805e-5f, 4.56665383e-6f, 1.43982581e-6f, 4.50782623e-7f, 1.40844259e-7f,
         4.55465917e-8f, 1.37336239e-8f, -8.92338118e-5f, -6.02612634e-5f},
    }};
};

/// 2^(j/16), times `unit`.
struct RootsOfTwo {
    static constexpr float unit = 0x1p-30f;
    alignas(64) static constexpr std::array<float, 16> high{
        1.0f * unit,        1.04427373f * unit, 1.09050775f * unit, 1.13878858f * unit,
        1.18920708f * unit, 1.24185777f * unit, 1.29683959f * unit, 1.35425556f * unit,
        1.41421354f * unit, 1.47682619f * unit, 1.54221082f * unit, 1.61049032f * unit,
        1.68179286f * unit, 1.75625217f * unit, 1.8340081f * unit,  1.91520655f * unit};
    /// What the rounding has lost, by the root.
    alignas(64) static constexpr std::array<float, 16> low{
        0,          4.6285e-8f,  -1.1992e-8f, 4.7298e-8f, 3.1934e-8f, 3.6211e-8f,  -3.0991e-8f, -7.4752e-9f,
        1.7114e-8f, -3.0477e-8f, 5.2333e-9f,  6.1076e-9f, -1.472e-8f, -5.2588e-9f, -6.1283e-9f, 5.1406e-9f};
};

/// tanh(x), to 1.13 ulp.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> tanh_by_tables(Vector<Scalar> x) noexcept {
    using T = TanhTables;
    const Vector<Scalar> magnitude = at_most(abs(x), Vector<Scalar>(T::limit));
    const Vector<Scalar> place =
        fma(magnitude, Vector<Scalar>(T::per_step), Vector<Scalar>(FloatFormat<Scalar>::rounder));
    const auto c = [&](std::size_t power) __attribute__((always_inline)) {
        return look_up<Scalar>(T::coefficients[power].data(), place);
    };
    const Vector<Scalar> y = magnitude - look_up<Scalar>(T::center.data(), place);
    const Vector<Scalar> square = y * y;
    // The line through the center, which near 0 is x itself, decides on the error; the rest is small beside
    // it.
    const Vector<Scalar> line = fma(c(1), y, c(0));
    const Vector<Scalar> bend =
        fma(fma(fma(c(7), y, c(6)), square, fma(c(5), y, c(4))), square, fma(c(3), y, c(2)));
    return with_sign_of<Scalar>(x, fma(bend, square, line));
}

/// 1 / (1 + e⁻ˣ), to 2 ulp. Numerator and denominator are 2⁻³⁰ of that, so that both are normal numbers
/// wherever the result is not 0.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> sigmoid_by_tables(Vector<Scalar> x) noexcept {
    constexpr Scalar log2_e = 1.44269504088896340736f, log2_e_low = 1.9259629911e-8f;
    // (2ᶠ − 1) / f, |f| ≤ 1/32.
    constexpr Scalar c1 = 0.69314718f, c2 = 0.24023429f, c3 = 0.05550595f;
    // Rounds to multiples of 1/16, whose last bits say which root it is.
    const Vector<Scalar> rounder(FloatFormat<Scalar>::rounder / 16);
    const Vector<Scalar> one(RootsOfTwo::unit);
    const Vector<Scalar> limited = clamp<Scalar>(x, -105, 30);
    const Vector<Scalar> place = kernels::fnma(limited, Vector<Scalar>(log2_e), rounder);
    const Vector<Scalar> n = place - rounder;
    const Vector<Scalar> f = kernels::fms<Scalar>(limited, Vector<Scalar>(-log2_e), n);
    const Vector<Scalar> low = kernels::fnma(limited, Vector<Scalar>(log2_e_low * c1),
                                             look_up<Scalar>(RootsOfTwo::low.data(), place));
    const Vector<Scalar> scale =
        times_power_of_two<Scalar>(look_up<Scalar>(RootsOfTwo::high.data(), place), n);
    const Vector<Scalar> expm1 =
        fma(f * f, fma(f, Vector<Scalar>(c3), Vector<Scalar>(c2)), fma(f, Vector<Scalar>(c1), low));
    // Of 1 and e⁻ˣ the smaller is rounded together with what the larger gets.
    return one / (max(scale, one) + fma(scale, expm1, min(scale, one)));
}

} // namespace burin::kernels::detail
