#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

/// Bytes in the order of memory, of which there are at most 8, and zeros.
[[gnu::always_inline]] inline std::uint64_t word_of(const std::int8_t* from, std::size_t count) noexcept {
    std::uint64_t word = 0;
    if (count >= 8) {
        std::memcpy(&word, from, 8);
    } else if (count >= 4) {
        // Those that both reads bring are the same.
        std::uint32_t low, high;
        std::memcpy(&low, from, 4);
        std::memcpy(&high, from + count - 4, 4);
        word = low | static_cast<std::uint64_t>(high) << 8 * (count - 4);
    } else {
        for (std::size_t i = 0; i < count; ++i)
            word |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(from[i])) << 8 * i;
    }
    return word;
}

} // namespace detail

} // namespace burin::kernels
