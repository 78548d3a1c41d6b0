#pragma once

#include "burin/core/fixed_multiplier.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace burin::quantization {

// The arithmetic is that of TensorFlow Lite's 8-bit quantization specification: a real number x is stored as
// an integer q in [−128, 127] that stands for scale · (q − zero_point).

/// The smallest and the largest number of an activation. Always holds 0: padding must have an exact value.
/// NaN does not count.
struct Range {
    float min = 0;
    float max = 0;

    constexpr void include(float number) noexcept {
        min = std::min(min, number);
        max = std::max(max, number);
    }
    constexpr void include(const Range& other) noexcept {
        include(other.min);
        include(other.max);
    }
    friend constexpr bool operator==(const Range&, const Range&) = default;
};

/// What the stored integers of a tensor stand for.
struct Scale {
    float scale = 1;
    std::int32_t zero_point = 0;

    friend constexpr bool operator==(const Scale&, const Scale&) = default;
};

/// Weights use [−127, 127], so that their negatives exist.
inline constexpr std::int32_t largest_weight = 127;

/// The nearest whole number, halves away from 0, as std::round; what lies beyond the bounds becomes a bound,
/// NaN becomes 0. The bounds hold 0.
constexpr std::int32_t rounded(float number, std::int32_t low, std::int32_t high) noexcept {
    if (!(number > static_cast<float>(low)))
        return number != number ? 0 : low;
    if (!(number < static_cast<float>(high)))
        return high;
    const auto whole = static_cast<std::int32_t>(number);
    const float rest = number - static_cast<float>(whole);
    return rest >= 0.5F ? whole + 1 : rest <= -0.5F ? whole - 1 : whole;
}

/// The scale under which [−128, 127] covers a range: (max − min) / 255, and the whole number nearest to −128
/// − min / scale as zero point, so that 0 is exact. A range of 0 alone has scale 1. A bound that is no number
/// is 0, an infinite one the largest number there is.
constexpr Scale scale_of(const Range& range) noexcept {
    constexpr float largest = std::numeric_limits<float>::max();
    const float min = std::max(std::min(0.0F, range.min), -largest);
    const float max = std::min(std::max(0.0F, range.max), largest);
    const float extent = max - min;
    const float scale = extent <= largest ? extent / 255 : max / 255 - min / 255;
    if (!(scale > 0))
        return {};
    return {scale, rounded(-128 - min / scale, core::int8_min, core::int8_max)};
}

/// The scale of weights whose largest magnitude is so large; their zero point is 0. It is no less than
/// `least`. All zeros have that scale or, without one, 1.
constexpr float weight_scale(float largest_magnitude, float least = 0) noexcept {
    const float scale = std::min(std::max(largest_magnitude / static_cast<float>(largest_weight), least),
                                 std::numeric_limits<float>::max());
    return scale > 0 ? scale : 1;
}

/// round(x / scale) + zero_point, kept in [−128, 127]; halves away from 0 before the zero point is added, as
/// TensorFlow Lite's QUANTIZE. NaN becomes the zero point, which stands for 0: 8 bits have nothing else for
/// it. (TensorFlow Lite converts it as the processor does: to the zero point on Arm, to a bound on x86.)
constexpr std::int8_t quantized(float number, const Scale& scale) noexcept {
    return static_cast<std::int8_t>(std::clamp(rounded(number / scale.scale, -512, 512) + scale.zero_point,
                                               core::int8_min, core::int8_max));
}

/// round(w / scale), kept in [−127, 127]; NaN becomes 0.
constexpr std::int8_t quantized_weight(float weight, float scale) noexcept {
    return static_cast<std::int8_t>(rounded(weight / scale, -largest_weight, largest_weight));
}

constexpr float dequantized(std::int8_t stored, const Scale& scale) noexcept {
    return scale.scale * static_cast<float>(stored - scale.zero_point);
}

} // namespace burin::quantization
