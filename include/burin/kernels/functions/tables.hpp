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
        0.0f,        0.58198452f, 1.16421819f, 1.74619281f, 2.32903051f, 2.90929675f,
        3.49303865f, 4.07312155f, 4.65663099f, 5.23926258f, 5.81915569f, 6.40344429f,
        6.98246765f, 7.56572723f, 8.1446228f,  8.72665405f};
    alignas(64) static constexpr std::array<std::array<float, 16>, 8> coefficients{{
        {0.0f, 0.524106324f, 0.822409809f, 0.940940678f, 0.981208563f, 0.994074047f, 0.998152375f,
         0.999420524f, 0.999819577f, 0.999943733f, 0.999982357f, 0.999994516f, 0.999998271f, 0.999999464f,
         0.999999821f, 0.99999994f},
        {1.0f, 0.725312591f, 0.323642105f, 0.11463064f, 0.0372297578f, 0.0118167894f, 0.00369183579f,
         0.00115861697f, 0.000360813981f, 0.000112530412f, 3.52856332e-5f, 1.09672201e-5f, 3.44480713e-6f,
         1.07288349e-6f, 3.37077751e-7f, 1.05240716e-7f},
        {0.0f, -0.38014096f, -0.266166747f, -0.107860535f, -0.0365301445f, -0.0117467642f, -0.00368501595f,
         -0.00115794595f, -0.000360749051f, -0.000112524736f, -3.52844727e-5f, -1.09667189e-5f,
         -2.15113846e-6f, -1.072906e-6f, 1.8339324e-6f, 1.37046595e-6f},
        {-0.333330721f, -0.0425398648f, 0.111018382f, 0.0632801428f, 0.0234337561f, 0.00773822237f,
         0.00244759512f, 0.000771069026f, 0.000240412512f, 7.50076069e-5f, 2.35224979e-5f, 7.31137288e-6f,
         2.23829102e-6f, 7.15254941e-7f, 2.99149647e-8f, -6.22541378e-8f},
        {-8.71120137e-5f, 0.149011329f, -0.00255872402f, -0.023596378f, -0.0108175986f, -0.00377671258f,
         -0.00121465814f, -0.000384611572f, -0.000120108889f, -3.74728443e-5f, -1.17767686e-5f,
         -3.66930499e-6f, -4.18131604e-5f, -3.5688376e-7f, -6.84478873e-5f, -4.64849763e-5f},
        {0.134366557f, -0.0476633571f, -0.0277345199f, 0.00365363667f, 0.0036305422f, 0.0014376326f,
         0.000478636939f, 0.000153134853f, 4.7975529e-5f, 1.49915149e-5f, 4.70428813e-6f, 1.46136585e-6f,
         4.11894644e-6f, 1.43021623e-7f, 1.23053178e-5f, 8.34782077e-6f},
        {-0.0054144864f, -0.0331568047f, 0.0173018072f, 0.00217356184f, -0.000749611121f, -0.000432805129f,
         -0.000156253067f, -5.11370527e-5f, -1.61403623e-5f, -5.20617823e-6f, -1.4503762e-6f, -3.83166935e-7f,
         0.000319709623f, -5.38726468e-8f, 0.000538433203f, 0.000365996239f},
        {-0.0426019616f, 0.0287217963f, -0.00300631067f, -0.00200950936f, -2.86725553e-5f, 9.56998047e-5f,
         4.18524614e-5f, 1.42937515e-5f, 4.57658507e-6f, 1.42772308e-6f, 4.40148767e-7f, 1.4927096e-7f,
         -4.31180051e-5f, 1.40122118e-8f, -0.000144764825f, -9.84030557e-5f},
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

/// tanh(x), to 1.15 ulp.
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
    const Vector<Scalar> upper = fma(c(7), square, fma(c(6), y, c(5)));
    const Vector<Scalar> middle = fma(upper, square, fma(c(4), y, c(3)));
    const Vector<Scalar> slope = fma(middle, square, fma(c(2), y, c(1)));
    return with_sign_of<Scalar>(x, fma(slope, y, c(0)));
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
