#pragma once

#include "burin/data/audio/elementary.hpp"

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace burin::data::audio::detail {

/// How many bits a number has; 0 has none.
constexpr int bit_count(std::unsigned_integral auto number) noexcept {
    return static_cast<int>(std::bit_width(number));
}

/// The square root, rounded to the nearest, of a number of half its bits at most.
template <std::unsigned_integral Number>
constexpr Number half_width_root(Number number) noexcept {
    constexpr Number most = static_cast<Number>(~Number{0}) >> (4 * sizeof(Number));
    Number result = 0;
    // Bit by bit, where `number` is what remains of it.
    for (Number bit = number == 0 ? 0 : Number{1} << ((bit_count(number) - 1) / 2 * 2); bit > 0; bit >>= 2) {
        const bool fits = number >= result + bit;
        if (fits)
            number -= result + bit;
        result = (result >> 1) + (fits ? bit : 0);
    }
    return number > result && result != most ? result + 1 : result;
}

/// The square root, rounded to the nearest; of a number below 2³² at most 65535.
constexpr std::uint32_t root(std::uint64_t number) noexcept {
    return number >> 32 == 0 ? half_width_root(static_cast<std::uint32_t>(number))
                             : static_cast<std::uint32_t>(half_width_root(number));
}

/// log₂(1 + i / 128) − i / 128, in 2⁻¹⁶.
inline constexpr auto logarithm_table = [] {
    std::array<std::uint16_t, 130> table{};
    for (std::size_t i = 0; i < 128; ++i) {
        constexpr double ln2 = 0.693147180559945309417;
        const double part = static_cast<double>(i) / 128;
        table[i] = static_cast<std::uint16_t>(65536 * (logarithm(1 + part) / ln2 - part) + 0.5);
    }
    return table;
}();

/// log x · 2^shift for x > 0, rounded; by a table of 128 pieces and straight lines between.
constexpr std::uint32_t integer_logarithm(std::uint32_t x, int shift) noexcept {
    constexpr int bits = 16;
    constexpr std::uint32_t ln2 = 45426, half = 1 << (bits - 1);
    const int whole = bit_count(x) - 1;
    const std::uint32_t beyond = x - (std::uint32_t{1} << whole);
    const std::uint32_t part = whole < bits ? beyond << (bits - whole) : beyond >> (whole - bits);
    const std::size_t piece = part >> (bits - 7);
    const std::int32_t left = logarithm_table[piece], rise = logarithm_table[piece + 1] - left;
    const std::int32_t within = static_cast<std::int32_t>(part - (piece << (bits - 7)));
    const std::uint32_t fraction = part + static_cast<std::uint32_t>(left + ((rise * within) >> bits));
    const std::uint64_t base_2 = (static_cast<std::uint32_t>(whole) << bits) + fraction;
    const std::uint32_t natural = static_cast<std::uint32_t>((ln2 * base_2 + half) >> bits);
    return ((natural << shift) + half) >> bits;
}

} // namespace burin::data::audio::detail
