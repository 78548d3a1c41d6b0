#pragma once

#include "burin/core/decimal.hpp"
#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

// JSON (RFC 8259) as headers of files have it: read piece by piece, and strings written. A library of JSON
// takes longer to compile than all else that reads files, and every program with burin/burin.hpp would
// compile it.

namespace burin::io {

/// A string of JSON. Throws an Error where the text is no UTF-8.
inline std::string json_string(std::string_view text) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::string quoted(1, '"');
    while (!text.empty()) {
        const std::size_t count = core::detail::utf8_bytes(text);
        if (count == 0)
            throw Error("'" + core::printable(text, 200) + "'");
        const char c = text[0];
        if (c == '"' || c == '\\')
            (quoted += '\\') += c;
        else if (const std::size_t named = std::string_view("\b\t\n\f\r").find(c);
                 named != std::string_view::npos)
            (quoted += '\\') += "btnfr"[named];
        else if (static_cast<unsigned char>(c) < 0x20)
            ((quoted += "\\u00") += hexadecimal[static_cast<std::size_t>(c) / 16]) +=
                hexadecimal[static_cast<std::size_t>(c) % 16];
        else
            quoted += text.substr(0, count);
        text.remove_prefix(count);
    }
    quoted += '"';
    return quoted;
}

/// Reads a text of JSON and calls the receiver for each piece of it: null(), boolean(bool),
/// string(std::string&), number_unsigned(std::uint64_t), number_integer(std::int64_t) of negative ones,
/// number_float(const std::string&) of all others, as they are written; start_object(), key(std::string&),
/// end_object(), start_array() and end_array(). Where one of them returns false, reading ends. What is no
/// JSON is told to refuse(const std::string&).
///
/// Takes no memory but for strings and a byte for each level.
template <class Receiver>
class JsonReader {
  public:
    JsonReader(std::string_view text, Receiver& receiver) : text_(text), receiver_(receiver) {}

    void read() {
        std::string levels;                    // '{' or '[', from outside to inside.
        if (text_.starts_with("\xEF\xBB\xBF")) // Of UTF-8, which the RFC lets readers pass over.
            at_ = 3;
        for (;;) {
            // A value, and what ends with it.
            skip_space();
            if (at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '[')) {
                const char opening = text_[at_++];
                if (!(opening == '{' ? receiver_.start_object() : receiver_.start_array()))
                    return;
                levels += opening;
                skip_space();
                if (!is_next(opening == '{' ? '}' : ']')) {
                    if (opening == '{' && !read_key())
                        return;
                    continue;
                }
                if (!end(levels))
                    return;
            } else if (!read_scalar()) {
                return;
            }
            for (;;) {
                skip_space();
                if (levels.empty())
                    return at_ == text_.size() ? void() : refuse("the end");
                if (is_next(','))
                    break;
                if (!is_next(levels.back() == '{' ? '}' : ']'))
                    return refuse(levels.back() == '{' ? "',' or '}'" : "',' or ']'");
                if (!end(levels))
                    return;
            }
            if (levels.back() == '{' && !read_key())
                return;
        }
    }

  private:
    void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }
    bool is_next(char c) {
        if (at_ == text_.size() || text_[at_] != c)
            return false;
        ++at_;
        return true;
    }
    void refuse(const char* expected) {
        receiver_.refuse("byte " + std::to_string(at_) + ": expected " + expected + ", got " +
                         (at_ == text_.size() ? "the end" : core::quoted(text_.substr(at_, 20))));
    }
    bool refused(const char* expected) {
        refuse(expected);
        return false;
    }

    bool end(std::string& levels) {
        const char opening = levels.back();
        levels.pop_back();
        return opening == '{' ? receiver_.end_object() : receiver_.end_array();
    }

    bool read_key() {
        skip_space();
        std::string name;
        if (!read_string(name) || !receiver_.key(name))
            return false;
        skip_space();
        return is_next(':') || refused("':'");
    }

    bool read_scalar() {
        if (at_ < text_.size() && text_[at_] == '"') {
            std::string value;
            return read_string(value) && receiver_.string(value);
        }
        const std::string_view rest = text_.substr(at_);
        for (const std::string_view word : {"null", "true", "false"})
            if (rest.starts_with(word)) {
                at_ += word.size();
                return word == "null" ? receiver_.null() : receiver_.boolean(word == "true");
            }
        return read_number();
    }

    std::size_t digits() {
        const std::size_t first = at_;
        at_ = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
        return at_ - first;
    }
    bool read_number() {
        const std::size_t first = at_;
        const bool is_negative = is_next('-');
        if (!is_next('0') && digits() == 0)
            return refused(is_negative ? "a digit" : "a value");
        bool is_whole = true;
        if (is_next('.')) {
            is_whole = false;
            if (digits() == 0)
                return refused("a digit");
        }
        if (is_next('e') || is_next('E')) {
            is_whole = false;
            if (!is_next('+'))
                is_next('-');
            if (digits() == 0)
                return refused("a digit");
        }
        const std::string_view written = text_.substr(first, at_ - first);
        const char* const last = written.data() + written.size();
        std::uint64_t natural = 0;
        std::int64_t integer = 0;
        if (is_whole && !is_negative && std::from_chars(written.data(), last, natural).ec == std::errc())
            return receiver_.number_unsigned(natural);
        if (is_whole && is_negative && std::from_chars(written.data(), last, integer).ec == std::errc())
            return receiver_.number_integer(integer);
        double value = 0;
        // Whatever the locale has for a point.
        if (std::from_chars(written.data(), last, value).ec == std::errc::result_out_of_range &&
            !core::vanishes(written))
            return refused("a number of double precision before this");
        return receiver_.number_float(std::string(written));
    }

    bool read_string(std::string& value) {
        if (!is_next('"'))
            return refused("a string");
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return true;
            }
            const std::size_t count = core::detail::utf8_bytes(text_.substr(at_));
            if (static_cast<unsigned char>(c) < 0x20 || count == 0)
                return refused("a character of UTF-8");
            if (c != '\\') {
                value += text_.substr(at_, count);
                at_ += count;
            } else if (++at_; !read_escape(value)) {
                return refused("what a '\\' may stand before");
            }
        }
        return refused("'\"'");
    }
    bool read_escape(std::string& value) {
        constexpr std::string_view names = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
        if (at_ == text_.size())
            return false;
        if (const std::size_t which = names.find(text_[at_]); which != std::string_view::npos) {
            value += meant[which];
            ++at_;
            return true;
        }
        std::uint32_t code = 0, low = 0;
        if (!read_hexadecimal(code) || (code >= 0xDC00 && code < 0xE000))
            return false;
        if (code >= 0xD800 && code < 0xDC00) { // The first half of a character beyond U+FFFF.
            if (!is_next('\\') || !read_hexadecimal(low) || low < 0xDC00 || low >= 0xE000)
                return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        const auto append = [&](std::uint32_t byte) { value += static_cast<char>(byte); };
        if (code < 0x80) {
            append(code);
        } else if (code < 0x800) {
            append(0xC0 | (code >> 6));
            append(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            append(0xE0 | (code >> 12));
            append(0x80 | ((code >> 6) & 0x3F));
            append(0x80 | (code & 0x3F));
        } else {
            append(0xF0 | (code >> 18));
            append(0x80 | ((code >> 12) & 0x3F));
            append(0x80 | ((code >> 6) & 0x3F));
            append(0x80 | (code & 0x3F));
        }
        return true;
    }
    /// `u` and four digits.
    bool read_hexadecimal(std::uint32_t& code) {
        if (!is_next('u') || text_.size() - at_ < 4)
            return false;
        const char *const first = text_.data() + at_, *const last = first + 4;
        if (std::from_chars(first, last, code, 16).ptr != last)
            return false;
        at_ += 4;
        return true;
    }

    std::string_view text_;
    Receiver& receiver_;
    std::size_t at_ = 0;
};

} // namespace burin::io
