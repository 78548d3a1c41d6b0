#pragma once

#include "burin/core/error.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace burin::data::csv {

struct Options {
    char delimiter = ',';
    bool header = false; ///< The first row names the columns, 2^20 at most.
    std::size_t skip_rows =
        0; ///< Rows, of any length, before the data (and after the header) that are not read.
    bool same_length = true;       ///< All other rows must have as many fields as the first of them.
    char comment = '\0';           ///< A line that begins with it is no row; NUL for none.
    bool skip_empty_lines = false; ///< Lines without a character are no rows of one empty field.
    /// Takes the numbers nan, inf and infinity (in any case, with a sign or without) as they are, and what
    /// exceeds the range of the numbers' type as infinity. Without it they are refused.
    bool allow_not_finite = false;
    /// Most bytes that the file may have after unpacking; memory for what is read grows with it.
    std::size_t max_bytes = max_file_bytes;
};

namespace detail {

inline std::string at(std::string_view name, std::size_t line, std::size_t column = 0) {
    std::string text = std::string(name) + ": line " + std::to_string(line);
    if (column > 0)
        text += ", column " + std::to_string(column);
    return text + ": ";
}

/// The bytes of a text of UTF-8, of which only a piece is in memory. Throws Error for other encodings.
class Characters {
  public:
    static constexpr int end = -1;

    explicit Characters(ByteStream& bytes) : bytes_(bytes), check_(bytes.name()) {
        peek();
        if (std::string_view(piece_.data(), filled_).starts_with(utf8_mark))
            next_ += utf8_mark.size();
    }

    /// The character `ahead` places on, at most 2, or `end`.
    int peek(std::size_t ahead = 0) {
        if (next_ + ahead >= filled_ && !refill(ahead))
            return end;
        return static_cast<unsigned char>(piece_[next_ + ahead]);
    }
    /// Takes a character that `peek` has shown.
    char take() noexcept { return piece_[next_++]; }

  private:
    bool refill(std::size_t ahead) {
        std::copy(piece_.begin() + static_cast<std::ptrdiff_t>(next_),
                  piece_.begin() + static_cast<std::ptrdiff_t>(filled_), piece_.begin());
        filled_ -= next_;
        next_ = 0;
        const std::size_t got = bytes_.read(std::span(piece_).subspan(filled_));
        check_.add({piece_.data() + filled_, got});
        filled_ += got;
        if (filled_ < piece_.size())
            check_.finish();
        return ahead < filled_;
    }

    ByteStream& bytes_;
    Utf8Check check_;
    std::array<char, 1 << 14> piece_;
    std::size_t next_ = 0;
    std::size_t filled_ = 0;
};

/// Splits CSV text into fields and hands them to `rows` as they come: `rows.name(text)` for a field of the
/// header, `rows.field(text, line, column)` for one of the data, and `rows.row(line, columns)` after each row
/// of the data; `line` is the one on which the row begins. No field exceeds `Rows::longest_field` by more
/// than one character. Throws Error for a quote that is not closed, text after a closing quote, a quote
/// inside an unquoted field, and rows of unequal length.
template <class Rows>
void split(ByteStream& bytes, const Options& options, Rows& rows) {
    const std::string& name = bytes.name();
    const int delimiter = static_cast<unsigned char>(options.delimiter);
    if (delimiter == '"' || delimiter == '\n' || delimiter == '\r')
        throw Error(name + ": expected a delimiter that is no quote and no line end, got " +
                    burin::quoted({&options.delimiter, 1}));
    Characters text(bytes);
    const auto at_line_end = [&] {
        const int next = text.peek();
        return next == Characters::end || next == '\n' || (next == '\r' && text.peek(1) == '\n');
    };
    const std::size_t header_rows = options.header ? 1 : 0;
    std::size_t line = 1, expected_columns = 0;
    std::string field;
    const auto skip_lines_of_no_row = [&] {
        while (text.peek() != Characters::end &&
               ((options.comment != '\0' && text.peek() == static_cast<unsigned char>(options.comment)) ||
                (options.skip_empty_lines && at_line_end()))) {
            while (text.peek() != Characters::end && text.peek() != '\n')
                text.take();
            if (text.peek() == '\n')
                text.take();
            ++line;
        }
    };
    for (std::size_t row = 0; skip_lines_of_no_row(), text.peek() != Characters::end; ++row) {
        const bool is_name = row < header_rows;
        const bool is_skipped = !is_name && row - header_rows < options.skip_rows;
        const std::size_t first_line = line;
        std::size_t column = 1;
        const auto take = [&] {
            const char character = text.take();
            line += character == '\n';
            if (is_skipped)
                return;
            field.push_back(character);
            if (field.size() > Rows::longest_field && !is_name)
                rows.field(field, first_line, column);
        };
        for (;; ++column) {
            field.clear();
            if (text.peek() == '"') {
                const std::size_t opening_line = line;
                text.take();
                for (;; take()) {
                    if (text.peek() == Characters::end)
                        throw Error(at(name, opening_line, column) +
                                    "expected a closing quote, got the end of the file");
                    if (text.peek() != '"')
                        continue;
                    if (text.peek(1) != '"')
                        break;
                    text.take();
                }
                text.take();
                if (!at_line_end() && text.peek() != delimiter) {
                    const char found = text.take();
                    throw Error(at(name, line, column) +
                                "expected a delimiter or the line's end after a closing quote, got " +
                                burin::quoted({&found, 1}));
                }
            } else {
                for (; !at_line_end() && text.peek() != delimiter; take())
                    if (text.peek() == '"')
                        throw Error(
                            at(name, line, column) +
                            "expected a quote only where the whole field is quoted, got one inside it");
            }
            if (is_name)
                rows.name(field);
            else if (!is_skipped)
                rows.field(field, first_line, column);
            if (at_line_end())
                break;
            text.take();
        }
        if (text.peek() == '\r')
            text.take();
        if (text.peek() == '\n')
            text.take();
        ++line;

        if (is_skipped)
            continue;
        if (options.same_length && expected_columns > 0 && column != expected_columns)
            throw Error(at(name, first_line) + "expected " + std::to_string(expected_columns) +
                        " fields, got " + std::to_string(column));
        if (expected_columns == 0)
            expected_columns = column;
        if (!is_name)
            rows.row(first_line, column);
    }
}

/// What a text's fields are counted as before it is split, so that memory is asked for once.
struct FieldCount {
    std::size_t bytes = 0;
    std::size_t lines = 0;
    std::size_t fields = 0;    ///< That are no less than the text has.
    std::size_t not_empty = 0; ///< The same without empty ones.
};

/// Reads the text to its end.
inline FieldCount count_fields(ByteStream& bytes, char delimiter) {
    FieldCount count;
    std::array<char, 1 << 14> piece;
    bool separated = true;
    while (const std::size_t got = bytes.read(piece)) {
        count.bytes += got;
        for (std::size_t i = 0; i < got; ++i) {
            const bool separates = piece[i] == delimiter || piece[i] == '\n';
            count.lines += piece[i] == '\n';
            count.fields += separates;
            count.not_empty += separates && !separated;
            separated = separates;
        }
    }
    ++count.lines;
    ++count.fields;
    count.not_empty += !separated;
    return count;
}

} // namespace detail

} // namespace burin::data::csv
