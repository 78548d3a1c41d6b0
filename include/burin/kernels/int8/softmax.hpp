#pragma once

#include "burin/core/fixed_multiplier.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace burin::kernels {

/// exp(−scale · 2ᵏ) · 2³² for k < 8, by which exp(−scale · d) is found for every whole d < 256: the product
/// of the factors of d's bits.
using Int8Exponentials = std::array<std::uint32_t, 8>;

namespace detail {

/// Exponentials of a row's distances from its largest number, as unsigned integers whose sum has 31 bits.
struct Int8ExponentialsOfRow {
    const Int8Exponentials& factors;
    std::int32_t largest;
    int spare; ///< 1 is 2^(31 − spare).

    std::uint32_t operator()(std::int32_t x) const noexcept {
        auto distance = static_cast<std::uint32_t>(largest - x);
        std::uint32_t product = UINT32_MAX;
        for (std::size_t k = 0; distance != 0; ++k, distance >>= 1)
            if ((distance & 1) != 0)
                product = static_cast<std::uint32_t>((std::uint64_t(product) * factors[k]) >> 32);
        return product >> (1 + spare);
    }
};

constexpr int int8_spare_bits(std::size_t extent) noexcept {
    return std::min(static_cast<int>(std::bit_width(extent)), 22);
}

} // namespace detail

/// eˣ / Σ eˣ of rows of `extent` 8-bit integers, in 1/256 with zero point −128. Integers only: no table but
/// the eight factors, no wider division than 32 bits. Wrong by at most 1 (and that rarely) for up to 4,096
/// elements. The output may be the input.
[[gnu::noinline]] inline void int8_softmax(const Int8Exponentials& factors, const std::int8_t* x,
                                           std::size_t extent, std::size_t rows, std::int8_t* y) noexcept {
    const int spare = detail::int8_spare_bits(extent);
    for (std::size_t row = 0; row < rows; ++row, x += extent, y += extent) {
        const detail::Int8ExponentialsOfRow exponential{factors, *std::max_element(x, x + extent), spare};
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < extent; ++i)
            sum += exponential(x[i]);
        const std::uint32_t divisor = sum >> 8;
        for (std::size_t i = 0; i < extent; ++i) {
            const auto share =
                static_cast<std::int32_t>((exponential(x[i]) + divisor / 2) / divisor) + core::int8_min;
            y[i] = static_cast<std::int8_t>(std::min(share, core::int8_max));
        }
    }
}

/// log₂ x in 1/65,536, rounded down, for x > 0: the whole part is that of the highest bit, and each squaring
/// of what is left gives one bit more.
constexpr std::int32_t binary_logarithm(std::uint32_t x) noexcept {
    const int whole = 31 - std::countl_zero(x);
    std::int32_t result = whole;
    std::uint64_t mantissa = std::uint64_t(x) << (31 - whole); // In [1, 2), with 31 bits behind the point.
    for (int bit = 0; bit < 16; ++bit) {
        mantissa = (mantissa * mantissa) >> 31;
        const bool is_two = (mantissa >> 32) != 0;
        mantissa >>= is_two ? 1 : 0;
        result = 2 * result + (is_two ? 1 : 0);
    }
    return result;
}

/// x − log Σ eˣ of rows of `extent` 8-bit integers, in 1/16 with zero point 127. `unit` brings an input to
/// 1/16 with 16 bits behind the point. Integers only; wrong by at most 1 (and that rarely) for up to 4,096
/// elements. The output may be the input.
[[gnu::noinline]] inline void int8_log_softmax(const Int8Exponentials& factors,
                                               const core::FixedMultiplier& unit, const std::int8_t* x,
                                               std::size_t extent, std::size_t rows,
                                               std::int8_t* y) noexcept {
    constexpr core::FixedMultiplier of_base_2 = core::quantize_multiplier(16 * std::numbers::ln2);
    const int spare = detail::int8_spare_bits(extent);
    for (std::size_t row = 0; row < rows; ++row, x += extent, y += extent) {
        const std::int32_t largest = *std::max_element(x, x + extent);
        const detail::Int8ExponentialsOfRow exponential{factors, largest, spare};
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < extent; ++i)
            sum += exponential(x[i]);
        const std::int32_t bits = std::max<std::int32_t>(binary_logarithm(sum) - ((31 - spare) << 16), 0);
        const std::int32_t logarithm = core::multiply(bits, of_base_2);
        for (std::size_t i = 0; i < extent; ++i) {
            const std::int32_t value = core::multiply(x[i] - largest, unit) - logarithm;
            y[i] = static_cast<std::int8_t>(
                std::max(((value + (1 << 15)) >> 16) + core::int8_max, core::int8_min));
        }
    }
}

} // namespace burin::kernels
