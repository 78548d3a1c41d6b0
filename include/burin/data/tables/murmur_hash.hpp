#pragma once

#include "burin/core/language.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace burin::data {

/// 32 bits that look random and are always the same for the same text: MurmurHash3 (x86, 32 bits) of Austin
/// Appleby, with which scikit-learn hashes features.
constexpr std::uint32_t murmur_hash(std::string_view text, std::uint32_t seed = 0) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const auto mixed = [](std::uint32_t word) { return std::rotl(word * 0xCC9E2D51u, 15) * 0x1B873593u; };
    std::uint32_t hash = seed;
    const std::size_t whole = text.size() / 4 * 4;
    for (std::size_t i = 0; i < whole; i += 4) {
        hash ^= mixed(byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24);
        hash = std::rotl(hash, 13) * 5 + 0xE6546B64u;
    }
    std::uint32_t rest = 0;
    for (std::size_t i = text.size(); i > whole; --i)
        rest = rest << 8 | byte(i - 1);
    hash ^= mixed(rest) ^ static_cast<std::uint32_t>(text.size());
    hash = (hash ^ hash >> 16) * 0x85EBCA6Bu;
    hash = (hash ^ hash >> 13) * 0xC2B2AE35u;
    return hash ^ hash >> 16;
}

} // namespace burin::data
