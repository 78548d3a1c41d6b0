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
    /// Rows, of any length, before the data (and after the header) that are not read.
    std::size_t skip_rows = 0;
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
    /// Of the next character in the text.
    std::size_t offset() const noexcept { return before_ + next_; }

  private:
    bool refill(std::size_t ahead) {
        std::copy(piece_.begin() + static_cast<std::ptrdiff_t>(next_),
                  piece_.begin() + static_cast<std::ptrdiff_t>(filled_), piece_.begin());
        filled_ -= next_;
        before_ += next_;
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
    std::size_t before_ = 0; ///< Characters that were in pieces before.
    std::size_t next_ = 0;
    std::size_t filled_ = 0;
};

/// Splits CSV text into fields and hands them to `rows` as they come: `rows.name(text)` for a field of the
/// header, `rows.field(text, line, column)` for one of the data, and `rows.row(line, columns)` after each row
/// of the data; `line` is the one on which the row begins. No field exceeds `Rows::longest_field` by more
/// than one character. Throws Error for a quote that is not closed, text after a closing quote, a quote
/// inside an unquoted field, rows of unequal length and, unless `Rows::takes_nul`, NUL.
class Splitter {
  public:
    Splitter(ByteStream& bytes, const Options& options)
        : name_(bytes.name()), options_(options), text_(bytes) {
        if (options.delimiter == '"' || options.delimiter == '\n' || options.delimiter == '\r' ||
            options.delimiter == '\0')
            throw Error(name_ + ": expected a delimiter that is no quote, no line end and no NUL, got " +
                        core::quoted(std::string_view(&options.delimiter, 1)));
    }

    /// Hands over the next row of the data, and the header before the first; false behind the last.
    template <class Rows>
    bool next(Rows& rows) {
        const std::size_t header_rows = options_.header ? 1 : 0;
        while (skip_lines_of_no_row(), text_.peek() != Characters::end) {
            const bool is_name = row_ < header_rows;
            const bool is_skipped = !is_name && row_ - header_rows < options_.skip_rows;
            const std::size_t first_line = line_;
            const std::size_t columns = split_row(rows, is_name, is_skipped);
            ++row_;
            if (is_skipped)
                continue;
            if (options_.same_length && expected_columns_ > 0 && columns != expected_columns_)
                throw Error(at(name_, first_line) + "expected " + std::to_string(expected_columns_) +
                            " fields, got " + std::to_string(columns));
            if (expected_columns_ == 0)
                expected_columns_ = columns;
            if (is_name)
                continue;
            rows.row(first_line, columns);
            return true;
        }
        return false;
    }

  private:
    bool at_line_end() {
        const int next = text_.peek();
        return next == Characters::end || next == '\n' || (next == '\r' && text_.peek(1) == '\n');
    }

    void skip_lines_of_no_row() {
        while (text_.peek() != Characters::end &&
               ((options_.comment != '\0' && text_.peek() == static_cast<unsigned char>(options_.comment)) ||
                (options_.skip_empty_lines && at_line_end()))) {
            while (text_.peek() != Characters::end && text_.peek() != '\n')
                text_.take();
            if (text_.peek() == '\n')
                text_.take();
            ++line_;
        }
    }

    /// Returns how many fields the row has.
    template <class Rows>
    std::size_t split_row(Rows& rows, bool is_name, bool is_skipped) {
        const int delimiter = static_cast<unsigned char>(options_.delimiter);
        const std::size_t first_line = line_;
        std::size_t column = 1;
        const auto take = [&] {
            const std::size_t offset = text_.offset();
            const char character = text_.take();
            if (character == '\0' && !Rows::takes_nul)
                throw Error(at(name_, line_, column) + "expected text, got NUL at offset " +
                            std::to_string(offset));
            line_ += character == '\n';
            if (is_skipped)
                return;
            field_.push_back(character);
            if (field_.size() > Rows::longest_field && !is_name)
                rows.field(field_, first_line, column);
        };
        for (;; ++column) {
            field_.clear();
            if (text_.peek() == '"') {
                const std::size_t opening_line = line_;
                text_.take();
                for (;; take()) {
                    if (text_.peek() == Characters::end)
                        throw Error(at(name_, opening_line, column) +
                                    "expected a closing quote, got the end of the file");
                    if (text_.peek() != '"')
                        continue;
                    if (text_.peek(1) != '"')
                        break;
                    text_.take();
                }
                text_.take();
                if (!at_line_end() && text_.peek() != delimiter) {
                    const char found = text_.take();
                    throw Error(at(name_, line_, column) +
                                "expected a delimiter or the line's end after a closing quote, got " +
                                core::quoted(std::string_view(&found, 1)));
                }
            } else {
                for (; !at_line_end() && text_.peek() != delimiter; take())
                    if (text_.peek() == '"')
                        throw Error(
                            at(name_, line_, column) +
                            "expected a quote only where the whole field is quoted, got one inside it");
            }
            if (is_name)
                rows.name(field_);
            else if (!is_skipped)
                rows.field(field_, first_line, column);
            if (at_line_end())
                break;
            text_.take();
        }
        if (text_.peek() == '\r')
            text_.take();
        if (text_.peek() == '\n')
            text_.take();
        ++line_;
        return column;
    }

    const std::string& name_;
    Options options_;
    Characters text_;
    std::size_t row_ = 0, line_ = 1, expected_columns_ = 0;
    std::string field_;
};

/// The same with all rows.
template <class Rows>
void split(ByteStream& bytes, const Options& options, Rows& rows) {
    Splitter splitter(bytes, options);
    while (splitter.next(rows)) {
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
