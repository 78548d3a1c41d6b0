#pragma once

#include "burin/core/language.hpp"

#include <cstdint>

namespace burin {

/// How x · factor becomes a whole number. The two differ by 1 in rare cases.
enum class Rounding {
    /// A 64-bit product, half of the last place added, shifted: the nearest number, halves upwards.
    once,
    /// The product less 31 bits is rounded to the nearest, halves upwards, and what is left of the shift
    /// again, halves away from 0: `RoundingDivideByPOT(SaturatingRoundingDoublingHighMul(x, multiplier), …)`
    /// of gemmlowp, and so of TensorFlow Lite's reference kernels up to 2.14, of TensorFlow Lite for
    /// Microcontrollers and CMSIS-NN.
    twice,
};

namespace core {

inline constexpr std::int32_t int8_min = -128;
inline constexpr std::int32_t int8_max = 127;

/// The real factor multiplier · 2^−shift, by which integer sums are brought to the scale of an output.
struct FixedMultiplier {
    std::int32_t multiplier = 0; ///< In [2³⁰, 2³¹), a mean's in [2²⁹, 2³¹), or 0.
    std::int32_t shift = 31;     ///< To the right, in [1, 62].

    friend constexpr bool operator==(const FixedMultiplier&, const FixedMultiplier&) = default;
};

/// The nearest multiplier with 31 bits. Factors below 2⁻³² become 0, those from 2³⁰ on the largest there is.
constexpr FixedMultiplier quantize_multiplier(double factor) noexcept {
    if (!(factor > 0))
        return {};
    std::int32_t exponent = 0; // factor · 2^−exponent in [½, 1)
    for (; factor >= 1 && exponent <= 30; ++exponent)
        factor /= 2;
    for (; factor < 0.5 && exponent >= -31; --exponent)
        factor *= 2;
    if (exponent > 30)
        return {INT32_MAX, 1};
    auto bits = static_cast<std::int64_t>(factor * 0x1p31 + 0.5);
    if (bits == std::int64_t(1) << 31) {
        bits /= 2;
        ++exponent;
    }
    if (exponent < -31)
        return {};
    if (exponent > 30)
        return {INT32_MAX, 1};
    return {static_cast<std::int32_t>(bits), 31 - exponent};
}

/// The same, but no larger than what keeps the products of numbers up to `largest` in 32 bits, with room for
/// a zero point: so that an output far beyond its range is clamped, not wrapped around.
constexpr FixedMultiplier quantize_multiplier(double factor, double largest) noexcept {
    constexpr double limit = INT32_MAX - 255;
    return quantize_multiplier(factor * largest > limit ? limit / largest : factor);
}

/// x / 2^shift to the nearest, halves away from 0, shift ≥ 1.
constexpr std::int32_t divided_away_from_0(std::int32_t x, std::int32_t shift) noexcept {
    return (((x - (x < 0 ? 1 : 0)) >> (shift - 1)) + 1) >> 1;
}

/// ⌊x · y / 2³¹ + ½⌋, for x and y that are not both −2³¹.
constexpr std::int32_t doubled_high_word(std::int64_t x, std::int32_t y) noexcept {
    return static_cast<std::int32_t>((x * y + (std::int64_t(1) << 30)) >> 31);
}

/// x · factor as a whole number.
template <Rounding Way = Rounding::once>
constexpr std::int32_t multiply(std::int32_t x, const FixedMultiplier& by) noexcept {
    if constexpr (Way == Rounding::twice) {
        if (by.shift > 31)
            return divided_away_from_0(doubled_high_word(x, by.multiplier), by.shift - 31);
        return doubled_high_word(static_cast<std::int64_t>(x) * (std::int64_t(1) << (31 - by.shift)),
                                 by.multiplier);
    }
    const std::int64_t product = static_cast<std::int64_t>(x) * by.multiplier;
    // The low word decides nothing then, and 32-bit processors are spared shifts of two words.
    if (sizeof(void*) == 4 && by.shift > 32)
        return (static_cast<std::int32_t>(product >> 32) + (std::int32_t(1) << (by.shift - 33))) >>
               (by.shift - 32);
    return static_cast<std::int32_t>((product + (std::int64_t(1) << (by.shift - 1))) >> by.shift);
}

} // namespace core

} // namespace burin
