#pragma once

#include "burin/core/fixed_multiplier.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

/// What brings the distances of 8-bit integers from the largest to real numbers with 26 bits behind the
/// point, and the largest distance whose exponential counts.
struct Int8Distances {
    core::FixedMultiplier unit;
    std::int32_t largest;
};

constexpr Int8Distances int8_distances(float scale) noexcept {
    const double unit = std::min(static_cast<double>(scale) * 0x1p26, double{INT32_MAX});
    const core::FixedMultiplier fixed = core::quantize_multiplier(unit);
    const std::int32_t bits = unit < 0x1p30 ? 31 - fixed.shift : 31; // Ahead of the point.
    constexpr std::int64_t largest = std::int64_t(31) << 26;
    return {fixed, bits < 0 ? 255 : static_cast<std::int32_t>(std::min<std::int64_t>(largest >> bits, 255))};
}

namespace detail {

// Real numbers as integers of 32 bits: `Q<n>` has n bits ahead of the point and the sign. The operations,
// their order and their constants are those of gemmlowp's fixed point functions (fixedpoint/fixedpoint.h),
// whose every product is rounded, so that the bits are the same.

/// The product of Q<a> and Q<b>, as Q<a + b>.
constexpr std::int32_t fixed_product(std::int32_t x, std::int32_t y) noexcept {
    return core::doubled_high_word(x, y);
}

constexpr std::int32_t fixed_shifted_left(std::int32_t x, int bits) noexcept {
    return static_cast<std::int32_t>(
        std::clamp<std::int64_t>(std::int64_t(x) * (1 << bits), INT32_MIN, INT32_MAX));
}

/// eˣ as Q<0> of x in [−¼, 0) as Q<0>: a polynomial around −⅛.
constexpr std::int32_t fixed_exponential_near_0(std::int32_t x) noexcept {
    constexpr std::int32_t at_the_middle = 1'895'147'668, third = 715'827'883;
    const std::int32_t d = x + (1 << 28);
    const std::int32_t d2 = fixed_product(d, d), d3 = fixed_product(d2, d), d4 = fixed_product(d2, d2);
    const std::int32_t d4_by_4 = core::divided_away_from_0(d4, 2);
    const std::int32_t higher = core::divided_away_from_0(fixed_product(d4_by_4 + d3, third) + d2, 1);
    return at_the_middle + fixed_product(at_the_middle, d + higher);
}

/// eˣ as Q<0> of x ≤ 0 as Q<5>: of what is left of multiples of ¼, times the exponentials of their bits.
constexpr std::int32_t fixed_exponential(std::int32_t x) noexcept {
    if (x == 0)
        return INT32_MAX;
    constexpr std::int32_t quarter = 1 << 24;
    constexpr std::int32_t of_bits[] = {1'672'461'947, 1'302'514'674, 790'015'084, 290'630'308,
                                        39'332'535,    720'401,       242}; // exp(−2ᵏ⁻²)
    const std::int32_t rest = (x & (quarter - 1)) - quarter;
    std::int32_t result = fixed_exponential_near_0(rest * (1 << 5));
    std::int32_t quarters = (rest - x) / quarter;
    for (const std::int32_t of_bit : of_bits) {
        if ((quarters & 1) != 0)
            result = fixed_product(result, of_bit);
        quarters >>= 1;
    }
    return result;
}

/// 1 / (1 + x) as Q<0> of x in [0, 1) as Q<0>: three steps of Newton's method.
constexpr std::int32_t fixed_reciprocal(std::int32_t x) noexcept {
    constexpr std::int32_t of_48_by_17 = 1'515'870'810, of_32_by_17 = -1'010'580'540, one = 1 << 29; // Q<2>
    const auto half_denominator = static_cast<std::int32_t>((std::int64_t(x) + INT32_MAX + 1) / 2);
    std::int32_t y = of_48_by_17 + fixed_product(half_denominator, of_32_by_17);
    for (int step = 0; step < 3; ++step)
        y += fixed_shifted_left(fixed_product(y, one - fixed_product(half_denominator, y)), 2);
    return fixed_shifted_left(y, 1);
}

} // namespace detail

/// eˣ / Σ eˣ of rows of `extent` 8-bit integers, in 1/256 with zero point −128: the bits of TensorFlow Lite's
/// reference kernel, of its version for microcontrollers and of CMSIS-NN. The output may be the input.
[[gnu::noinline]] inline void int8_fixed_point_softmax(const Int8Distances& distances, const std::int8_t* x,
                                                       std::size_t extent, std::size_t rows,
                                                       std::int8_t* y) noexcept {
    for (std::size_t row = 0; row < rows; ++row, x += extent, y += extent) {
        const std::int32_t largest = *std::max_element(x, x + extent);
        const auto exponential = [&](std::int32_t number) {
            return detail::fixed_exponential(
                core::multiply<Rounding::twice>(number - largest, distances.unit));
        };
        std::uint64_t sum = 0; // 19 bits behind the point.
        for (std::size_t i = 0; i < extent; ++i)
            if (largest - x[i] <= distances.largest)
                sum += static_cast<std::uint64_t>(core::divided_away_from_0(exponential(x[i]), 12));
        const auto bits = static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, UINT32_MAX));
        const int spare = std::countl_zero(bits);
        const std::int32_t factor =
            detail::fixed_reciprocal(static_cast<std::int32_t>((bits << spare) - (std::uint32_t(1) << 31)));
        const std::int32_t shift = 12 - spare + 31 - 8;
        for (std::size_t i = 0; i < extent; ++i) {
            std::int32_t share = 0;
            if (largest - x[i] <= distances.largest && shift <= 31)
                share = core::divided_away_from_0(detail::fixed_product(factor, exponential(x[i])), shift);
            y[i] = static_cast<std::int8_t>(std::min(share + core::int8_min, core::int8_max));
        }
    }
}

} // namespace burin::kernels
