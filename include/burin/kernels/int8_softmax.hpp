#pragma once

#include "burin/core/fixed_multiplier.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

/// exp(−scale · 2ᵏ) · 2³² for k < 8, by which exp(−scale · d) is found for every whole d < 256: the product
/// of the factors of d's bits.
using Int8Exponentials = std::array<std::uint32_t, 8>;

/// eˣ / Σ eˣ of rows of `extent` 8-bit integers, in 1/256 with zero point −128. Integers only: no table but
/// the eight factors, no wider division than 32 bits. Wrong by at most 1 (and that rarely) for up to 4,096
/// elements. The output may be the input.
[[gnu::noinline]] inline void int8_softmax(const Int8Exponentials& factors, const std::int8_t* x,
                                           std::size_t extent, std::size_t rows, std::int8_t* y) noexcept {
    // The sum of all, each at most 2^(31 − spare), fits 31 bits.
    int spare = 0;
    while (spare < 22 && (extent >> spare) != 0)
        ++spare;
    for (std::size_t row = 0; row < rows; ++row, x += extent, y += extent) {
        const std::int32_t largest = *std::max_element(x, x + extent);
        const auto exponential = [&](std::int32_t of) {
            auto distance = static_cast<std::uint32_t>(largest - of);
            std::uint32_t product = UINT32_MAX;
            for (std::size_t k = 0; distance != 0; ++k, distance >>= 1)
                if ((distance & 1) != 0)
                    product = static_cast<std::uint32_t>((std::uint64_t(product) * factors[k]) >> 32);
            return product >> (1 + spare);
        };
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < extent; ++i)
            sum += exponential(x[i]);
        const std::uint32_t divisor = sum >> 8;
        for (std::size_t i = 0; i < extent; ++i) {
            const auto share =
                static_cast<std::int32_t>((exponential(x[i]) + divisor / 2) / divisor) + int8_min;
            y[i] = static_cast<std::int8_t>(std::min(share, int8_max));
        }
    }
}

} // namespace burin::kernels
