#pragma once

#include "burin/core/language.hpp"

#include <cstdint>

namespace burin::detail {

/// cos w + i · sin w: turns by w radians.
struct Rotation {
    double cosine = 1;
    double sine = 0;

    friend constexpr Rotation operator*(const Rotation& a, const Rotation& b) {
        return {a.cosine * b.cosine - a.sine * b.sine, a.cosine * b.sine + a.sine * b.cosine};
    }

    constexpr Rotation power(std::uint64_t exponent) const {
        Rotation result, square = *this;
        for (; exponent > 0; exponent /= 2, square = square * square)
            if (exponent % 2 == 1)
                result = result * square;
        return result;
    }

    /// By Taylor's series, for 0 ≤ w ≤ 1.
    static constexpr Rotation by(double w) {
        Rotation result;
        double term = 1;
        for (int n = 1; n <= 20; ++n) {
            term *= w / n;
            (n % 2 == 1 ? result.sine : result.cosine) += n % 4 < 2 ? term : -term;
        }
        return result;
    }
};

/// e^x for |x| ≤ 32, by the series of the exponential function of a 32nd.
constexpr double exponential(double x) {
    double sum = 1, term = 1;
    for (int n = 1; n <= 22; ++n)
        sum += term *= x / 32 / n;
    for (int doubling = 0; doubling < 5; ++doubling)
        sum *= sum;
    return sum;
}

/// The natural logarithm of x ≥ 1: of a number from 1 to 2 by the series of the inverse hyperbolic tangent,
/// and ln 2 for each halving.
constexpr double logarithm(double x) {
    constexpr double log_2 = 0.69314718055994530942;
    double result = 0;
    for (; x > 1.5; x /= 2)
        result += log_2;
    const double share = (x - 1) / (x + 1);
    double sum = 0, term = share;
    for (int n = 1; n < 40; n += 2, term *= share * share)
        sum += term / n;
    return result + 2 * sum;
}

/// base^exponent, for a base from 1 to 10¹³ and −1 ≤ exponent ≤ 1.
constexpr double power(double base, double exponent) {
    return exponential(exponent * logarithm(base));
}

} // namespace burin::detail
