#pragma once

#include "burin/core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace burin::data {

/// The byte order mark that text of UTF-8 may begin with; it is no part of the text.
inline constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

/// Checks that text is UTF-8 (RFC 3629), piece by piece as it comes, so that it is never held as a whole:
///
/// ```cpp
/// data::Utf8Check check("words.txt");
/// check.add(piece);
/// check.finish();
/// ```
///
/// Throws Error, naming text and offset, for anything else, and says what it looks like: UTF-16 and UTF-32 by
/// their byte order marks or by the zeros of their first characters, Latin-1 and Windows-1252 by a byte above
/// 0x7F that stands alone. Memory: what a few numbers take.
class Utf8Check {
  public:
    explicit Utf8Check(std::string_view name) : name_(name) {}

    /// The first piece has to have the text's first four bytes, if there are so many.
    void add(std::string_view piece) {
        if (offset_ == 0)
            check_beginning(piece);
        std::size_t i = 0;
        while (i < piece.size()) {
            if (needed_ == 0 && piece.size() - i >= sizeof(std::uint64_t)) {
                std::uint64_t eight = 0;
                std::memcpy(&eight, piece.data() + i, sizeof eight);
                if ((eight & 0x8080808080808080) == 0) {
                    i += sizeof eight;
                    continue;
                }
            }
            take(static_cast<unsigned char>(piece[i]), offset_ + i);
            ++i;
        }
        offset_ += piece.size();
    }

    /// Throws Error if the text ends within a character.
    void finish() const {
        if (needed_ > 0)
            refuse(begin_, std::string("the end of the text within a character") +
                               (begin_ + 1 == offset_ ? guess() : ""));
    }

  private:
    [[noreturn]] void refuse(std::size_t offset, const std::string& found) const {
        throw Error(name_ + ": offset " + std::to_string(offset) + ": expected text of UTF-8, got " + found);
    }

    void check_beginning(std::string_view text) const {
        using namespace std::string_view_literals;
        for (const auto& [mark, encoding] : {std::pair{"\xFF\xFE\0\0"sv, "UTF-32 (little-endian)"},
                                             {"\0\0\xFE\xFF"sv, "UTF-32 (big-endian)"},
                                             {"\xFF\xFE"sv, "UTF-16 (little-endian)"},
                                             {"\xFE\xFF"sv, "UTF-16 (big-endian)"}})
            if (text.starts_with(mark))
                refuse(0, encoding);
        if (text.size() < 4)
            return;
        std::string zeros;
        for (const char byte : text.substr(0, 4))
            zeros.push_back(byte == '\0' ? '0' : 'x');
        for (const auto& [pattern, encoding] : {std::pair{"x000"sv, "UTF-32 (little-endian)"},
                                                {"000x"sv, "UTF-32 (big-endian)"},
                                                {"x0x0"sv, "UTF-16 (little-endian)"},
                                                {"0x0x"sv, "UTF-16 (big-endian)"}})
            if (zeros == pattern)
                refuse(0, "what looks like " + std::string(encoding));
    }

    void take(unsigned char byte, std::size_t offset) {
        if (needed_ == 0) {
            begin_ = offset;
            first_ = byte;
            lowest_ = 0x80;
            highest_ = 0xBF;
            if (byte < 0x80)
                return;
            if (byte < 0xC2 || byte > 0xF4)
                refuse_byte();
            needed_ = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
            // Neither longer forms than needed, nor halves of surrogate pairs, nor what exceeds U+10FFFF.
            lowest_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
            highest_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
            return;
        }
        if (byte < 0x80 || byte > 0xBF)
            refuse_byte();
        if (byte < lowest_ || byte > highest_)
            refuse(begin_, first_ == 0xED ? "half of a surrogate pair (as CESU-8 has it)"
                                          : "bytes that are no character");
        lowest_ = 0x80;
        highest_ = 0xBF;
        --needed_;
    }

    /// A byte above 0x7F that neither begins nor continues a character.
    [[noreturn]] void refuse_byte() const {
        constexpr char digits[] = "0123456789ABCDEF";
        refuse(begin_, std::string("the byte 0x") + digits[first_ / 16] + digits[first_ % 16] + guess());
    }

    /// What the byte would be a character of by itself.
    const char* guess() const noexcept { return first_ >= 0xA0 ? " (Latin-1?)" : " (Windows-1252?)"; }

    std::string name_;
    std::size_t offset_ = 0; ///< Of the next piece.
    std::size_t begin_ = 0;  ///< Where the character begins that is not complete.
    unsigned needed_ = 0;    ///< Bytes that it lacks.
    unsigned first_ = 0;
    unsigned lowest_ = 0x80, highest_ = 0xBF; ///< Of its next byte.
};

/// The text without its byte order mark. Throws Error, naming `name` and the offset, unless it is UTF-8.
inline std::string_view utf8_text(std::string_view bytes, std::string_view name) {
    Utf8Check check(name);
    check.add(bytes);
    check.finish();
    return bytes.starts_with(utf8_mark) ? bytes.substr(utf8_mark.size()) : bytes;
}

} // namespace burin::data
