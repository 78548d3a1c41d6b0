#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cstdint>

// sigmoid and tanh of numbers of 16 bits, in whole numbers, as gemmlowp's fixed point defines them and
// TensorFlow Lite's integer LSTM has them. A number with b integer bits is raw / 2^(15 − b).

namespace burin::kernels::fixed_point {

inline constexpr std::int32_t one = INT16_MAX; ///< With no integer bits.

constexpr std::int32_t saturated(std::int32_t x) noexcept {
    return std::clamp<std::int32_t>(x, INT16_MIN, INT16_MAX);
}

/// What 16 bits keep of a sum.
constexpr std::int32_t wrapped(std::int32_t x) noexcept {
    return static_cast<std::int16_t>(x);
}

/// a · b of numbers with integer bits that then add up: to the nearest, halves away from 0.
constexpr std::int32_t product(std::int32_t a, std::int32_t b) noexcept {
    const std::int32_t ab = a * b;
    return std::min<std::int32_t>((ab + (ab >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15), INT16_MAX);
}

/// x / 2^shift to the nearest, halves away from 0.
constexpr std::int32_t divided(std::int32_t x, int shift) noexcept {
    const std::int32_t mask = (1 << shift) - 1, threshold = (mask >> 1) + (x < 0 ? 1 : 0);
    return (x >> shift) + ((x & mask) > threshold ? 1 : 0);
}

namespace detail {

/// eˣ for x in [−1/4, 0), no integer bits: the fourth Taylor polynomial around −1/8.
constexpr std::int32_t exponential_near_0(std::int32_t a) noexcept {
    constexpr std::int32_t at_middle = 28918, third = 10923; // e^(−1/8), 1/3
    const std::int32_t x = wrapped(a + (1 << 12)), x2 = product(x, x), x3 = product(x2, x),
                       x4 = product(x2, x2);
    const std::int32_t higher = divided(wrapped(product(wrapped(divided(x4, 2) + x3), third) + x2), 1);
    return saturated(at_middle + product(at_middle, wrapped(x + higher)));
}

/// eˣ for x ≤ 0 with so many integer bits; the result has none. The rest of x behind a multiple of 1/4 is
/// near 0; then a factor for each bit.
constexpr std::int32_t exponential(std::int32_t a, int integer_bits) noexcept {
    const int fraction = 15 - integer_bits;
    const std::int32_t quarter = 1 << (fraction - 2), rest = (a & (quarter - 1)) - quarter;
    std::int32_t result = exponential_near_0(saturated(rest * (1 << integer_bits)));
    // e^(−2^exponent), from −2 on.
    constexpr std::int32_t factors[] = {25520, 19875, 12055, 4435, 600, 11, 0};
    for (int i = 0; i < 7; ++i)
        if (integer_bits > i - 2 && ((rest - a) & (1 << (fraction + i - 2))) != 0)
            result = product(result, factors[i]);
    if (integer_bits > 5 && a < -(32 * (1 << fraction)))
        result = 0;
    return a == 0 ? one : result;
}

/// 2 / (1 + x) for x in [0, 1], with two integer bits: three of Newton's steps.
constexpr std::int32_t twice_reciprocal_of_1_and(std::int32_t x) noexcept {
    constexpr std::int32_t offset = 23130, slope = -15420; // 48/17, −32/17
    const std::int32_t half = (x + one + 1) / 2;
    std::int32_t y = wrapped(offset + product(half, slope));
    for (int i = 0; i < 3; ++i) {
        const std::int32_t missing = wrapped((1 << 13) - product(half, y));
        y = wrapped(y + saturated(product(y, missing) * 4));
    }
    return y;
}

} // namespace detail

/// sigmoid(x), x with three integer bits, the result with none.
constexpr std::int16_t sigmoid(std::int32_t x) noexcept {
    if (x == 0)
        return 1 << 14;
    const std::int32_t negative = wrapped(x > 0 ? -x : x);
    const std::int32_t positive =
        saturated(detail::twice_reciprocal_of_1_and(detail::exponential(negative, 3)) * 2);
    return static_cast<std::int16_t>(x > 0 ? positive : wrapped(one - positive));
}

/// tanh(x), x with 0 to 6 integer bits, the result with none.
constexpr std::int16_t tanh(std::int32_t x, int integer_bits) noexcept {
    if (x == 0)
        return 0;
    const std::int32_t negative = wrapped(x > 0 ? -x : x);
    // (1 − e²ˣ) / (1 + e²ˣ) = 2 / (1 + e²ˣ) − 1: twice x is x with another bit.
    const std::int32_t y =
        saturated(wrapped(detail::twice_reciprocal_of_1_and(detail::exponential(negative, integer_bits + 1)) -
                          (1 << 13)) *
                  4);
    return static_cast<std::int16_t>(x < 0 ? wrapped(-y) : y);
}

} // namespace burin::kernels::fixed_point
