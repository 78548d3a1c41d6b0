#pragma once

#include "burin/core/language.hpp"

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace burin {

namespace detail {

template <std::floating_point Scalar>
using BitsOf = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;

/// The nearest 16-bit number of so many exponent and fraction bits, the even one of two that are as near.
/// What is too large is infinite; NaN becomes quiet and keeps the upper bits of its payload.
template <int ExponentBits, int FractionBits, std::floating_point Scalar>
constexpr std::uint16_t nearest_half(Scalar number) noexcept {
    static_assert(std::numeric_limits<Scalar>::is_iec559 && 1 + ExponentBits + FractionBits == 16);
    using Bits = BitsOf<Scalar>;
    constexpr int fraction_bits = std::numeric_limits<Scalar>::digits - 1;
    constexpr int exponent_bits = static_cast<int>(sizeof(Scalar)) * 8 - 1 - fraction_bits;
    constexpr int exponent_offset = (1 << (exponent_bits - 1)) - (1 << (ExponentBits - 1));
    constexpr Bits one = 1, hidden = one << fraction_bits;
    constexpr auto infinity = static_cast<std::uint16_t>(((1 << ExponentBits) - 1) << FractionBits);

    const Bits bits = std::bit_cast<Bits>(number);
    const auto sign = static_cast<std::uint16_t>(bits >> (sizeof(Scalar) * 8 - 16) & 0x8000u);
    const Bits fraction = bits & (hidden - 1);
    const int exponent = static_cast<int>(bits >> fraction_bits & ((one << exponent_bits) - 1));
    if (exponent == (1 << exponent_bits) - 1) {
        constexpr std::uint16_t quiet = 1u << (FractionBits - 1);
        const auto payload = static_cast<std::uint16_t>(fraction >> (fraction_bits - FractionBits));
        return static_cast<std::uint16_t>(sign | infinity | (fraction != 0 ? payload | quiet : 0u));
    }
    // Subnormal numbers have no hidden bit and the exponent of the smallest normal ones.
    const Bits significand = exponent > 0 ? fraction | hidden : fraction;
    const int target = (exponent > 0 ? exponent : 1) - exponent_offset;
    const int dropped = fraction_bits - FractionBits + (target < 1 ? 1 - target : 0);
    if (target > (1 << ExponentBits) - 2)
        return sign | infinity;
    if (dropped > fraction_bits + 1)
        return sign;
    const Bits even = significand >> dropped & one;
    const Bits rounded = (significand + (one << (dropped - 1)) - one + even) >> dropped;
    // The hidden bit, or a carry, adds one to the exponent: up to infinity.
    const Bits below = target > 1 ? static_cast<Bits>(target - 1) << FractionBits : 0;
    return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(below + rounded));
}

} // namespace detail

/// A number of IEEE 754's binary16, for storage: 11 significant bits, from 6 · 10⁻⁸ to 65,504. Arithmetic is
/// float's, to which it converts without loss.
struct float16 {
    std::uint16_t bits;

    // Without branches, so that loops over it become vectors.
    constexpr operator float() const noexcept {
        const std::uint32_t magnitude = bits & 0x7FFFu;
        const auto subnormal = std::bit_cast<std::uint32_t>(static_cast<float>(magnitude) * 0x1p-24f);
        const std::uint32_t normal = (magnitude << 13) + (magnitude >= 0x7C00u ? 224u << 23 : 112u << 23);
        return std::bit_cast<float>((bits & 0x8000u) << 16 | (magnitude < 0x0400u ? subnormal : normal));
    }

    /// The nearest such number, the one with an even last bit of two that are as near. What is too large is
    /// infinite, NaN stays NaN.
    template <std::floating_point Scalar>
    static constexpr float16 nearest(Scalar number) noexcept {
        return {detail::nearest_half<5, 10>(number)};
    }
};

/// The upper half of a float, for storage: 8 significant bits and float's range. Arithmetic is float's, to
/// which it converts without loss.
struct bfloat16 {
    std::uint16_t bits;

    constexpr operator float() const noexcept {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
    }

    /// As of `float16`.
    template <std::floating_point Scalar>
    static constexpr bfloat16 nearest(Scalar number) noexcept {
        return {detail::nearest_half<8, 7>(number)};
    }
};

namespace core {

template <class Number>
concept Half = std::same_as<Number, float16> || std::same_as<Number, bfloat16>;

/// What numbers that are stored as this are computed with.
template <class Stored>
using Computed = std::conditional_t<Half<Stored>, float, Stored>;

} // namespace core

} // namespace burin
