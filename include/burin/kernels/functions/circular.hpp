#pragma once

#include "burin/kernels/functions/polynomial.hpp"
#include "burin/kernels/simd.hpp"

#include <array>
#include <cstddef>
#include <numbers>

namespace burin::kernels {

template <class Scalar>
struct SineAndCosine {
    Vector<Scalar> sine;
    Vector<Scalar> cosine;
};

namespace detail {

/// The Taylor series of sin 2πt / t (First = 1) or cos 2πt (First = 0) in t².
template <class Scalar, std::size_t First, std::size_t Count>
inline constexpr std::array<Scalar, Count> circular_series = [] {
    constexpr double turn = 2 * std::numbers::pi;
    std::array<Scalar, Count> series{};
    double term = First == 0 ? 1 : turn;
    for (std::size_t k = 0; k < Count; ++k) {
        series[k] = static_cast<Scalar>(term);
        const auto order = static_cast<double>(2 * k + First);
        term *= -turn * turn / ((order + 1) * (order + 2));
    }
    return series;
}();

} // namespace detail

/// sin 2πt and cos 2πt for |t| ≤ ½, to 0.8 of the last place of 1 (1.5 without fused multiply-add). The
/// series are summed for |t| ≤ ⅛ as far as their terms count.
template <class Scalar>
SineAndCosine<Scalar> circular(Vector<Scalar> turns) noexcept {
    constexpr bool is_single = sizeof(Scalar) == 4;
    const Vector<Scalar> one(Scalar(1));
    const Vector<Scalar> quarters = floor(fma(turns, Vector<Scalar>(Scalar(4)), Vector<Scalar>(Scalar(0.5))));
    const Vector<Scalar> rest = fma(quarters, Vector<Scalar>(Scalar(-0.25)), turns);
    const Vector<Scalar> square = rest * rest;
    const Vector<Scalar> sine =
        rest * polynomial(square, detail::circular_series < Scalar, 1, is_single ? 5 : 8 >);
    const Vector<Scalar> cosine =
        polynomial(square, detail::circular_series < Scalar, 0, is_single ? 5 : 9 >);
    // Quarters are −2, −1, 0, 1, 2. Where they are odd, sine and cosine change places.
    const auto is_odd = abs(quarters) == one;
    const Vector<Scalar> sign = one - abs(quarters);
    return {select(is_odd, quarters * cosine, sign * sine), select(is_odd, -quarters * sine, sign * cosine)};
}

} // namespace burin::kernels
