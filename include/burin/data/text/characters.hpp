#pragma once

#include "burin/core/language.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What tokenizers know of Unicode. It needs no tables and runs on a device, and is right for Latin, Greek,
/// Cyrillic and Armenian letters and for Chinese, Japanese and Korean text with its punctuation. Of other
/// scripts every character counts as one of a word. All that Unicode knows is `burin/data/text/unicode.hpp`.
namespace burin::data::text {

/// U+FFFD, which stands for what is no character.
inline constexpr char32_t replacement_character = 0xFFFD;

/// What text begins with.
struct Character {
    char32_t code = replacement_character;
    std::size_t bytes = 1; ///< That it has in UTF-8.

    /// Whether the text begins with a byte that begins no character of UTF-8 (RFC 3629).
    constexpr bool is_malformed() const noexcept { return code == replacement_character && bytes == 1; }
};

/// The first character of text that is not empty. A byte that begins none counts as one of U+FFFD.
constexpr Character first_character(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80)
        return {first, 1};
    const std::size_t count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < count)
        return {};
    char32_t code = first & (0x7Fu >> count);
    for (std::size_t i = 1; i < count; ++i) {
        if ((byte(i) & 0xC0) != 0x80)
            return {};
        code = (code << 6) | (byte(i) & 0x3Fu);
    }
    // A longer form than the character needs, half of a surrogate pair, or beyond the last.
    if ((count == 3 && code < 0x800) || (count == 4 && code < 0x10000) || (code >= 0xD800 && code < 0xE000) ||
        code > 0x10FFFF)
        return {};
    return {code, count};
}

/// Writes a character as UTF-8, which takes up to 4 bytes, and returns how many it took.
constexpr std::size_t write_character(char32_t code, char* to) noexcept {
    const auto put = [&](std::size_t i, char32_t byte) {
        to[i] = static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (code < 0x80)
        return put(0, code), 1;
    const std::size_t count = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (std::size_t i = count - 1; i > 0; --i, code >>= 6)
        put(i, 0x80 | (code & 0x3F));
    put(0, (0xF00u >> count & 0xFF) | code);
    return count;
}

/// White space, as Python's `str.isspace` has it.
constexpr bool is_space(char32_t c) noexcept {
    return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

namespace detail {

struct CodeRange {
    char32_t first, last;
};

/// What is neither letter nor digit above U+007F.
inline constexpr std::array<CodeRange, 29> signs{{
    {0x80, 0xA9},     {0xAB, 0xB1},     {0xB4, 0xB4},     {0xB6, 0xB8},     {0xBB, 0xBB},
    {0xBF, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x375, 0x375},   {0x37E, 0x37E},
    {0x384, 0x385},   {0x387, 0x387},   {0x3F6, 0x3F6},   {0x482, 0x482},   {0x55A, 0x55F},
    {0x589, 0x58F},   {0x2000, 0x206F}, {0x20A0, 0x20CF}, {0x2190, 0x245F}, {0x2500, 0x2775},
    {0x2794, 0x2BFF}, {0x2E00, 0x2E7F}, {0x3000, 0x3004}, {0x3008, 0x3020}, {0xFE10, 0xFE6F},
    {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65},
}};
inline constexpr std::array<CodeRange, 7> late_signs{{{0x3030, 0x3030},
                                                      {0x309B, 0x309C},
                                                      {0x30A0, 0x30A0},
                                                      {0x30FB, 0x30FB},
                                                      {0xE000, 0xF8FF},
                                                      {0xFFE0, 0xFFFF},
                                                      {0x1F000, 0x1FAFF}}};

} // namespace detail

/// A letter, a digit, an underscore or a mark on a letter.
constexpr bool is_word_character(char32_t c) noexcept {
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (is_space(c))
        return false;
    for (const detail::CodeRange& range : detail::signs)
        if (c >= range.first && c <= range.last)
            return false;
    for (const detail::CodeRange& range : detail::late_signs)
        if (c >= range.first && c <= range.last)
            return false;
    return true;
}

/// A Chinese character, which stands for a word or a syllable: those that BERT makes tokens of.
constexpr bool is_ideograph(char32_t c) noexcept {
    return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x2CEAF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

/// The small letter of a Latin, Greek, Cyrillic or Armenian capital; anything else as it is.
constexpr char32_t lower(char32_t c) noexcept {
    const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    if (c < 0x80)
        return within('A', 'Z') ? c + 32 : c;
    if (within(0xC0, 0xDE) && c != 0xD7)
        return c + 32;
    if (c == 0x130)
        return 'i';
    if (within(0x100, 0x137) || within(0x14A, 0x177) || within(0x1A0, 0x1A5) || within(0x1DE, 0x1EF) ||
        within(0x1F8, 0x21F) || within(0x460, 0x481) || within(0x48A, 0x4BF) || within(0x4D0, 0x52F) ||
        within(0x1E00, 0x1E95) || within(0x1EA0, 0x1EFF))
        return c | 1;
    if (within(0x139, 0x148) || within(0x179, 0x17E) || within(0x1CD, 0x1DC) || c == 0x1AF ||
        within(0x4C1, 0x4CE))
        return c + (c & 1);
    if (c == 0x178)
        return 0xFF;
    if (c == 0x386)
        return 0x3AC;
    if (within(0x388, 0x38A))
        return c + 37;
    if (c == 0x38C)
        return 0x3CC;
    if (within(0x38E, 0x38F))
        return c + 63;
    if ((within(0x391, 0x3AB) && c != 0x3A2) || within(0x410, 0x42F) || within(0xFF21, 0xFF3A))
        return c + 32;
    if (within(0x400, 0x40F))
        return c + 80;
    if (c == 0x4C0)
        return 0x4CF;
    if (within(0x531, 0x556))
        return c + 48;
    return c == 0x1E9E ? 0xDF : c;
}

} // namespace burin::data::text
