#pragma once

#include "burin/core/decimal.hpp"
#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/csv_split.hpp"
#include "burin/data/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// Comma-separated values after RFC 4180, plain or gzip: quoted fields may hold delimiters, quotes (doubled)
/// and line ends. Lines end in LF or CRLF, the last one may lack its end. The text is UTF-8; a byte order
/// mark is skipped, other encodings are an Error.
///
/// Memory, for files of any content: `read` takes 8 bytes for each number (`read<float>` 4), which is at most
/// 4 (2) times the file, and some 100 kB; `read_text` at most 6 times the file, and 12 times where rows may
/// differ in length. Files are read twice, so that memory is asked for once; what comes out of a pipe takes
/// up to twice that.
///
/// Debian's C++ parser (fast-cpp-csv-parser) wants the columns fixed when compiling and refuses line ends in
/// quotes, its C parser (libcsv) does not say where an error is; hence this one.
namespace burin::data::csv {

namespace detail {

/// The names of columns in a header.
class Names {
  public:
    explicit Names(std::string_view file) : file_(file) {}

    void name(const std::string& text) {
        constexpr std::size_t most = std::size_t{1} << 20;
        if (names_.size() == most)
            throw Error(at(file_, 1) + "expected a header of at most " + std::to_string(most) +
                        " fields, got more");
        names_.push_back(text);
    }

  protected:
    std::string file_;
    std::vector<std::string> names_;
};

class TextRows;

} // namespace detail

/// Rows of text fields, all in one buffer.
class Table {
  public:
    std::size_t rows() const noexcept { return columns_ > 0 ? ends_.size() / columns_ : row_begins_.size(); }
    std::size_t columns(std::size_t row) const noexcept { return first_field(row + 1) - first_field(row); }
    std::string_view field(std::size_t row, std::size_t column) const noexcept {
        const std::size_t number = first_field(row) + column;
        const std::size_t begin = number == 0 ? 0 : ends_[number - 1];
        return std::string_view(text_).substr(begin, ends_[number] - begin);
    }
    /// The line, from 1, on which a row begins.
    std::size_t line(std::size_t row) const noexcept {
        const auto later = [](std::size_t of, const Run& run) { return of < run.row; };
        const Run& run = *(std::upper_bound(runs_.begin(), runs_.end(), row, later) - 1);
        return run.line + (row - run.row);
    }
    const std::vector<std::string>& names() const noexcept { return names_; }

  private:
    /// Rows of one line each.
    struct Run {
        std::size_t row;
        std::size_t line;
    };

    std::size_t first_field(std::size_t row) const noexcept {
        if (columns_ > 0)
            return row * columns_;
        return row < row_begins_.size() ? row_begins_[row] : ends_.size();
    }

    std::string text_;
    std::vector<std::uint32_t> ends_; ///< Of the fields in the text.
    std::size_t columns_ = 0;         ///< Of every row; 0 where they may differ.
    std::vector<std::uint32_t> row_begins_;
    std::vector<Run> runs_;
    std::vector<std::string> names_;

    friend class detail::TextRows;
};

/// Rows of numbers, one after the other, all of `columns` numbers.
template <std::floating_point Scalar>
struct NumbersOf {
    std::size_t columns = 0;
    std::vector<Scalar> values;
    std::vector<std::string> names; ///< Of the columns, where the file has a header.
    std::string file;               ///< Where they come from, for messages.
    std::size_t first_line = 1; ///< Of the first row in the file; 0 where other lines are between the rows.

    std::size_t rows() const noexcept { return columns == 0 ? 0 : values.size() / columns; }
    /// Throws Error beyond the last row or column.
    Scalar operator()(std::size_t row, std::size_t column) const {
        if (row >= rows() || column >= columns)
            throw Error(file + ": expected a row below " + std::to_string(rows()) + " and a column below " +
                        std::to_string(columns) + ", got " + std::to_string(row) + " and " +
                        std::to_string(column));
        return values[row * columns + column];
    }
    /// `file: line 3, column 1: `, to begin a message with.
    std::string place(std::size_t row, std::size_t column) const {
        if (first_line > 0)
            return detail::at(file, first_line + row, column + 1);
        return file + ": row " + std::to_string(row) + ", column " + std::to_string(column + 1) + ": ";
    }
};
using Numbers = NumbersOf<double>;

namespace detail {

/// Receives rows as text.
class TextRows : public Names {
  public:
    static constexpr std::size_t longest_field = std::numeric_limits<std::size_t>::max();
    static constexpr bool takes_nul = false;

    TextRows(std::string_view file, const Options& options)
        : Names(file), same_length_(options.same_length) {}

    void reserve(const FieldCount& count) {
        table_.text_.reserve(count.bytes - std::min(count.bytes, count.fields - 1));
        table_.ends_.reserve(count.fields);
        if (!same_length_)
            table_.row_begins_.reserve(count.lines);
    }
    void field(std::string_view text, std::size_t line, std::size_t column) {
        constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
        if (text.size() > most - table_.text_.size() || table_.ends_.size() == most)
            throw Error(at(file_, line, column) + "expected less than 4 GiB of text, got more");
        table_.text_ += text;
        table_.ends_.push_back(static_cast<std::uint32_t>(table_.text_.size()));
    }
    void row(std::size_t line, std::size_t columns) {
        if (table_.runs_.empty() || line != table_.runs_.back().line + rows_ - table_.runs_.back().row)
            table_.runs_.push_back({rows_, line});
        if (same_length_)
            table_.columns_ = columns;
        else
            table_.row_begins_.push_back(static_cast<std::uint32_t>(table_.ends_.size() - columns));
        ++rows_;
    }
    Table finish() {
        table_.names_ = std::move(names_);
        return std::move(table_);
    }

  private:
    Table table_;
    bool same_length_;
    std::size_t rows_ = 0;
};

/// What the text should have been to be a number, or nothing, and the number. Spaces around it are allowed,
/// and are taken off, and a plus before it; what is too small is 0.
template <class Scalar>
std::string read_number(std::string_view& text, bool allow_not_finite, Scalar& value) {
    while (text.starts_with(' ') || text.starts_with('\t'))
        text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t'))
        text.remove_suffix(1);
    std::string_view digits = text;
    if (digits.starts_with('+') && !digits.starts_with("+-"))
        digits.remove_prefix(1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc::invalid_argument || end != digits.data() + digits.size())
        return "a number";
    const Scalar sign = digits.starts_with('-') ? Scalar(-1) : Scalar(1);
    if (error == std::errc::result_out_of_range && core::vanishes(digits))
        value = sign * Scalar(0);
    else if (error == std::errc::result_out_of_range && allow_not_finite)
        value = sign * std::numeric_limits<Scalar>::infinity();
    else if (error == std::errc::result_out_of_range)
        return std::string("a number within the range of ") + scalar_name<Scalar>();
    else if (!std::isfinite(value) && !allow_not_finite)
        return "a finite number";
    return {};
}

/// Receives rows as numbers.
template <class Scalar>
class NumberRows : public Names {
  public:
    static constexpr std::size_t longest_field = 4096;
    static constexpr bool takes_nul = true; ///< Refused, with its field, as no number.

    NumberRows(std::string_view file, const Options& options)
        : Names(file), allow_not_finite_(options.allow_not_finite) {
        result_.file = file_;
    }

    void reserve(const FieldCount& count) { result_.values.reserve(count.not_empty); }
    void field(std::string_view text, std::size_t line, std::size_t column) {
        if (text.size() > longest_field)
            throw Error(at(file_, line, column) + "expected a number, got " + core::quoted(text));
        // A row of another length is the greater fault: that of the field waits for its end.
        if (!fault_.empty())
            return;
        Scalar value = 0;
        const std::string expected = read_number(text, allow_not_finite_, value);
        if (expected.empty())
            result_.values.push_back(value);
        else
            fault_ = at(file_, line, column) + "expected " + expected + ", got " + core::quoted(text);
    }
    void row(std::size_t line, std::size_t columns) {
        if (result_.columns == 0) {
            result_.columns = columns;
            result_.first_line = line;
        }
        if (columns != result_.columns)
            throw Error(at(file_, line) + "expected " + std::to_string(result_.columns) + " fields, got " +
                        std::to_string(columns));
        if (!fault_.empty())
            throw Error(fault_);
        if (result_.first_line + rows_ != line)
            result_.first_line = 0;
        ++rows_;
    }
    NumbersOf<Scalar> finish() {
        result_.names = std::move(names_);
        return std::move(result_);
    }

  private:
    NumbersOf<Scalar> result_;
    std::size_t rows_ = 0;
    bool allow_not_finite_;
    std::string fault_; ///< Of the row that is not complete yet.
};

template <class Rows>
auto collect(ByteStream& bytes, const Options& options) {
    Rows rows(bytes.name(), options);
    if (bytes.rewinds()) {
        rows.reserve(count_fields(bytes, options.delimiter));
        bytes.rewind();
    }
    split(bytes, options, rows);
    return rows.finish();
}

template <class Rows>
auto read(const std::string& path, const Options& options) {
    return core::within_memory(path, [&] {
        ByteStream file(path, options.max_bytes);
        return collect<Rows>(file, options);
    });
}

} // namespace detail

/// Splits CSV text into fields. Throws Error, naming `name`, the line and the column, for a quote that is not
/// closed, text after a closing quote, a quote inside an unquoted field, NUL, and rows of unequal length.
inline Table parse(std::string_view bytes, std::string_view name, const Options& options = {}) {
    return core::within_memory(name, [&] {
        ByteStream stream(bytes, name);
        return detail::collect<detail::TextRows>(stream, options);
    });
}

/// Reads a CSV file as text.
inline Table read_text(const std::string& path, const Options& options = {}) {
    return detail::read<detail::TextRows>(path, options);
}

/// Every field as a number, decimal, in whatever locale; spaces around it are allowed, and a plus before it;
/// what is too small for Scalar is 0. Throws Error, naming line and column, for a field that is no number,
/// has more than one or is longer than 4,096 characters, and, unless `options` allow them, for NaN, infinity
/// and what exceeds the range of Scalar.
template <std::floating_point Scalar = double>
NumbersOf<Scalar> numbers(const Table& table, std::string_view name, const Options& options = {}) {
    return core::within_memory(name, [&] {
        detail::NumberRows<Scalar> rows(name, options);
        for (std::size_t row = 0; row < table.rows(); ++row) {
            for (std::size_t column = 0; column < table.columns(row); ++column)
                rows.field(table.field(row, column), table.line(row), column + 1);
            rows.row(table.line(row), table.columns(row));
        }
        NumbersOf<Scalar> result = rows.finish();
        result.names = table.names();
        return result;
    });
}

/// Reads a CSV file of numbers: `numbers(read_text(path, options), path, options)` in less memory.
template <std::floating_point Scalar = double>
NumbersOf<Scalar> read(const std::string& path, const Options& options = {}) {
    return detail::read<detail::NumberRows<Scalar>>(path, options);
}

} // namespace burin::data::csv
