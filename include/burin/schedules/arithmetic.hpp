#pragma once

#include "burin/core/language.hpp"

#include <cmath>
#include <cstdint>

namespace burin::schedules::detail {

/// Which part of `steps` (not 0) has been done, from 0 to 1.
constexpr double part(std::uint64_t step, std::uint64_t steps) noexcept {
    return step < steps ? static_cast<double>(step) / static_cast<double>(steps) : 1;
}

/// What is below 0 counts as 0; NaN stays.
constexpr double at_least_zero(double value) noexcept {
    return value < 0 ? 0 : value;
}

/// By squaring: up to 64 steps, and exact where the powers are.
constexpr double power(double base, std::uint64_t exponent) noexcept {
    double result = 1;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1)
            result *= base;
        base *= base;
    }
    return result;
}

/// The same of any exponent of at least 0. Of one that is no whole number `std::pow`, which is no constant.
constexpr double power(double base, double exponent) noexcept {
    if (exponent < 1e18 && exponent == static_cast<double>(static_cast<std::uint64_t>(exponent)))
        return power(base, static_cast<std::uint64_t>(exponent));
    return std::pow(base, exponent);
}

/// The cosine of π · turn, from 0 to 1, to some 2e-16. Constant, and the same bits with every library.
constexpr double cosine_of_half_turn(double turn) noexcept {
    constexpr double pi = 3.14159265358979323846;
    if (turn > 0.5)
        return -cosine_of_half_turn(1 - turn);
    // Taylor's series of an angle up to π/4, its terms nested: 1 − x²/(1·2) · (1 − x²/(3·4) · (…)).
    const bool is_sine = turn > 0.25;
    const double angle = pi * (is_sine ? 0.5 - turn : turn);
    const double square = angle * angle;
    double result = 1;
    for (int factor = is_sine ? 16 : 17; factor > 0; factor -= 2)
        result = 1 - square / (factor * (factor + 1)) * result;
    return is_sine ? angle * result : result;
}

/// From `from` to `to` along half a wave.
constexpr double along_cosine(double from, double to, double part) noexcept {
    return to + (from - to) * (1 + cosine_of_half_turn(part)) / 2;
}

} // namespace burin::schedules::detail
