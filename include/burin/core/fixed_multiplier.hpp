#pragma once

#include "burin/core/language.hpp"

#include <bit>
#include <cstdint>
#include <type_traits>

namespace burin {

/// How sum · factor becomes a whole number. The two differ by 1 in rare cases.
enum class Rounding {
    /// The sum as a float times the factor as a float, to the nearest whole number, halves to the even one:
    /// as XNNPACK, and so TensorFlow Lite (LiteRT) on a PC or a telephone. Sums of tensors, which have bits
    /// behind the point, are shifted instead, halves upwards.
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
/// a zero point and the roundings of floats: so that an output far beyond its range is clamped, not wrapped
/// around.
constexpr FixedMultiplier quantize_multiplier(double factor, double largest) noexcept {
    constexpr double limit = INT32_MAX - 1023;
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

/// x · factor as a whole number: once the 64-bit product, half of the last place added, shifted.
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

/// The factor as a float.
constexpr float to_float(const FixedMultiplier& factor) noexcept {
    return static_cast<float>(factor.multiplier) * std::bit_cast<float>((127 - factor.shift) * (1 << 23));
}

/// The nearest whole number, halves to the even one; of numbers beyond ±2²¹ one that is as far. Behind the
/// limits no compiler joins the sum and the product before it, and all give the same bits.
constexpr std::int32_t nearest_even(float x) noexcept {
    constexpr float limit = 0x1p21F, last_place_is_1 = 0x1.8p23F;
    const float within = x < -limit ? -limit : x > limit ? limit : x;
    return std::bit_cast<std::int32_t>(within + last_place_is_1) -
           std::bit_cast<std::int32_t>(last_place_is_1);
}

/// x / 2^bits to the nearest, halves to the even number; `bits` from 0 to 63.
constexpr std::uint64_t divided_nearest_even(std::uint64_t x, int bits) noexcept {
    return bits == 0 ? x : (x + ((std::uint64_t(1) << (bits - 1)) - 1) + ((x >> bits) & 1)) >> bits;
}

/// A number as a float has it, with 24 bits at most: digits · 2^exponent.
struct FloatDigits {
    std::uint64_t digits;
    int exponent;

    constexpr explicit FloatDigits(std::uint64_t number) noexcept : digits(number), exponent(0) {
        if (const int bits = static_cast<int>(std::bit_width(number)); bits > 24) {
            digits = divided_nearest_even(number, bits - 24);
            exponent = bits - 24;
        }
    }
};

/// Brings sums to the scale of 8-bit outputs, as a network rounds.
template <Rounding Way>
class OutputScale {
  public:
    constexpr explicit OutputScale(const FixedMultiplier& factor) noexcept : factor_(factor) {}
    constexpr std::int32_t operator()(std::int32_t sum) const noexcept { return multiply<Way>(sum, factor_); }

  private:
    FixedMultiplier factor_;
};

class FloatOutputScale {
  public:
    constexpr explicit FloatOutputScale(const FixedMultiplier& factor) noexcept : factor_(to_float(factor)) {}
    constexpr std::int32_t operator()(std::int32_t sum) const noexcept {
        return nearest_even(static_cast<float>(sum) * factor_);
    }

  private:
    float factor_;
};

/// The same bits without floats.
class SoftOutputScale {
  public:
    constexpr explicit SoftOutputScale(const FixedMultiplier& factor) noexcept
        : factor_(static_cast<std::uint32_t>(factor.multiplier)), shift_(factor.shift) {}
    constexpr std::int32_t operator()(std::int32_t sum) const noexcept {
        constexpr std::uint64_t limit = 1 << 21;
        const std::uint32_t magnitude = sum < 0 ? 0 - static_cast<std::uint32_t>(sum) : std::uint32_t(sum);
        const FloatDigits of_sum(magnitude);
        const FloatDigits product(of_sum.digits * factor_.digits);
        const int right = shift_ - of_sum.exponent - factor_.exponent - product.exponent;
        const std::uint64_t whole = right <= 0    ? (product.digits == 0 ? 0 : limit)
                                    : right >= 26 ? 0
                                                  : divided_nearest_even(product.digits, right);
        const auto within = static_cast<std::int32_t>(whole < limit ? whole : limit);
        return sum < 0 ? -within : within;
    }

  private:
    FloatDigits factor_;
    int shift_;
};

#if defined(__SOFTFP__) || (defined(__riscv) && !defined(__riscv_flen))
inline constexpr bool has_float_unit = false;
#else
inline constexpr bool has_float_unit = true;
#endif

template <>
class OutputScale<Rounding::once>
    : public std::conditional_t<has_float_unit, FloatOutputScale, SoftOutputScale> {
    using Base = std::conditional_t<has_float_unit, FloatOutputScale, SoftOutputScale>;

  public:
    using Base::Base;
};

} // namespace core

} // namespace burin
