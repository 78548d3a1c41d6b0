#pragma once

#include "burin/core/language.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin {

/// The CRC-32 of zlib, PNG and Ethernet over the bytes of numbers, the least significant first. Tells whether
/// weights in flash are those that were exported. `before` is that of the numbers before these.
template <class Number, std::size_t Extent>
constexpr std::uint32_t crc32(std::span<const Number, Extent> numbers, std::uint32_t before = 0) noexcept {
    static_assert(sizeof(Number) == 1 || sizeof(Number) == 2 || sizeof(Number) == 4 || sizeof(Number) == 8);
    std::uint32_t sum = ~before;
    for (const Number& number : numbers) {
        std::uint64_t bits;
        if constexpr (sizeof(Number) == 1)
            bits = std::bit_cast<std::uint8_t>(number);
        else if constexpr (sizeof(Number) == 2)
            bits = std::bit_cast<std::uint16_t>(number);
        else if constexpr (sizeof(Number) == 4)
            bits = std::bit_cast<std::uint32_t>(number);
        else
            bits = std::bit_cast<std::uint64_t>(number);
        for (std::size_t byte = 0; byte < sizeof(Number); ++byte) {
            sum ^= static_cast<std::uint32_t>(bits >> (8 * byte)) & 0xFFu;
            for (int bit = 0; bit < 8; ++bit)
                sum = (sum >> 1) ^ (0xEDB88320u & (0u - (sum & 1u)));
        }
    }
    return ~sum;
}

} // namespace burin
