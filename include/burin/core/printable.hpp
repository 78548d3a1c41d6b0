#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace burin::core {

namespace detail {

/// Bytes of the UTF-8 character that `text` begins with; 0 if it begins with none: a longer form than the
/// character needs, half of a surrogate pair, beyond U+10FFFF.
constexpr std::size_t utf8_bytes(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80)
        return 1;
    const std::size_t count = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < count)
        return 0;
    for (std::size_t i = 1; i < count; ++i)
        if ((byte(i) & 0xC0) != 0x80)
            return 0;
    return (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xED && byte(1) > 0x9F) ||
                   (byte(0) == 0xF0 && byte(1) < 0x90) || (byte(0) == 0xF4 && byte(1) > 0x8F)
               ? 0
               : count;
}

/// The same, but 0 also for what a terminal does not only show: control characters, among them those of
/// several bytes, and what is no character.
constexpr std::size_t shown_bytes(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80)
        return byte(0) >= 0x20 && byte(0) != 0x7F ? 1 : 0;
    const std::size_t count = utf8_bytes(text);
    if (count == 0 || (byte(0) == 0xEF && byte(1) == 0xBF && byte(2) > 0xBD))
        return 0;
    // What turns the direction of writing makes a message say something else.
    const bool turns =
        byte(0) == 0xE2 && (byte(1) == 0x80 ? byte(2) >= 0xAA && byte(2) <= 0xAE
                                            : byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
    return (byte(0) == 0xC2 && byte(1) < 0xA0) || turns ? 0 : count;
}

} // namespace detail

/// Text from outside as a message may show it: what a terminal would obey, and what is no UTF-8, is written
/// as `\n`, `\t`, `\r` or `\xNN`, and what exceeds `longest` bytes is cut, with ` …` in its place.
inline std::string printable(std::string_view text, std::size_t longest = std::string_view::npos) {
    constexpr std::string_view hexadecimal = "0123456789ABCDEF";
    std::string shown;
    shown.reserve(std::min(text.size(), longest));
    while (!text.empty()) {
        const std::size_t count = detail::shown_bytes(text);
        const std::size_t taken = std::max<std::size_t>(count, 1);
        std::string piece(text.substr(0, taken));
        if (count == 0) {
            const auto byte = static_cast<unsigned char>(text[0]);
            if (byte == '\n' || byte == '\t' || byte == '\r')
                piece = byte == '\n' ? "\\n" : byte == '\t' ? "\\t" : "\\r";
            else
                piece = {'\\', 'x', hexadecimal[byte / 16], hexadecimal[byte % 16]};
        }
        if (shown.size() + piece.size() > longest)
            return shown + " …";
        shown += piece;
        text.remove_prefix(taken);
    }
    return shown;
}

/// Text from outside as a message quotes it: printable, at most 40 bytes of it, between single quotes.
inline std::string quoted(std::string_view text) {
    // Not `"'" + printable(…)`: g++ 12, optimising, warns of an overlap that there is not (its bug 105651).
    std::string shown(1, '\'');
    shown += printable(text, 40);
    shown += '\'';
    return shown;
}
// Of a std::string, std::quoted is found too where a program includes <iomanip>; these are the better match.
inline std::string quoted(const std::string& text) {
    return quoted(std::string_view(text));
}
inline std::string quoted(std::string& text) {
    return quoted(std::string_view(text));
}
inline std::string quoted(const char* text) {
    return quoted(std::string_view(text));
}

} // namespace burin::core
