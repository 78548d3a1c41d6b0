#pragma once

#include "burin/core/error.hpp"
#include "burin/data/read_file.hpp"

#include <charconv>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// Comma-separated values after RFC 4180, plain or gzip: quoted fields may hold delimiters, quotes (doubled)
/// and line ends. Lines end in LF or CRLF, the last one may lack its end; a byte order mark is skipped.
///
/// Debian's C++ parser (fast-cpp-csv-parser) wants the columns fixed when compiling and refuses line ends in
/// quotes, its C parser (libcsv) does not say where an error is; hence this one.
namespace burin::data::csv {

struct Options {
    char delimiter = ',';
    bool header = false; ///< The first row names the columns.
    std::size_t skip_rows =
        0; ///< Rows, of any length, before the data (and after the header) that are not read.
    bool same_length = true; ///< All other rows must have as many fields as the first of them.
};

/// Rows of text fields, all in one buffer.
class Table {
  public:
    std::size_t rows() const noexcept { return row_begin_.size(); }
    std::size_t columns(std::size_t row) const noexcept {
        return (row + 1 < rows() ? row_begin_[row + 1] : fields_.size()) - row_begin_[row];
    }
    std::string_view field(std::size_t row, std::size_t column) const noexcept {
        const Field& field = fields_[row_begin_[row] + column];
        return std::string_view(text_).substr(field.begin, field.length);
    }
    /// The line, from 1, on which a row begins.
    std::size_t line(std::size_t row) const noexcept { return lines_[row]; }
    const std::vector<std::string>& names() const noexcept { return names_; }

  private:
    struct Field {
        std::size_t begin;
        std::size_t length;
    };
    std::string text_;
    std::vector<Field> fields_;
    std::vector<std::size_t> row_begin_;
    std::vector<std::size_t> lines_;
    std::vector<std::string> names_;

    friend Table parse(std::string_view bytes, std::string_view name, const Options& options);
};

namespace detail {

inline std::string at(std::string_view name, std::size_t line, std::size_t column = 0) {
    std::string text = std::string(name) + ": line " + std::to_string(line);
    if (column > 0)
        text += ", column " + std::to_string(column);
    return text + ": ";
}

} // namespace detail

/// Splits CSV text into fields. Throws Error, naming `name`, the line and the column, for a quote that is not
/// closed, text after a closing quote, a quote inside an unquoted field, and rows of unequal length.
inline Table parse(std::string_view bytes, std::string_view name, const Options& options = {}) {
    Table table;
    table.text_.reserve(bytes.size());
    if (bytes.starts_with("\xEF\xBB\xBF"))
        bytes.remove_prefix(3);

    std::size_t position = 0, line = 1, row = 0, expected_columns = 0;
    const auto at_line_end = [&] {
        return position == bytes.size() || bytes[position] == '\n' ||
               (bytes[position] == '\r' && position + 1 < bytes.size() && bytes[position + 1] == '\n');
    };
    while (position < bytes.size()) {
        const std::size_t first_line = line;
        const std::size_t first_field = table.fields_.size();
        const std::size_t first_text = table.text_.size();
        for (std::size_t column = 1;; ++column) {
            const std::size_t begin = table.text_.size();
            if (position < bytes.size() && bytes[position] == '"') {
                const std::size_t opening_line = line;
                ++position;
                for (;; ++position) {
                    if (position == bytes.size())
                        throw Error(detail::at(name, opening_line, column) +
                                    "expected a closing quote, got the end of the file");
                    if (bytes[position] == '"') {
                        if (position + 1 == bytes.size() || bytes[position + 1] != '"')
                            break;
                        ++position;
                    }
                    line += bytes[position] == '\n';
                    table.text_.push_back(bytes[position]);
                }
                ++position;
                if (!at_line_end() && bytes[position] != options.delimiter)
                    throw Error(detail::at(name, line, column) +
                                "expected a delimiter or the line's end after a closing quote, got '" +
                                std::string(1, bytes[position]) + "'");
            } else {
                for (; !at_line_end() && bytes[position] != options.delimiter; ++position) {
                    if (bytes[position] == '"')
                        throw Error(
                            detail::at(name, line, column) +
                            "expected a quote only where the whole field is quoted, got one inside it");
                    table.text_.push_back(bytes[position]);
                }
            }
            table.fields_.push_back({begin, table.text_.size() - begin});
            if (at_line_end())
                break;
            ++position;
        }
        if (position < bytes.size())
            position += bytes[position] == '\r' ? std::size_t{2} : std::size_t{1};
        ++line;

        const std::size_t columns = table.fields_.size() - first_field;
        const std::size_t header_rows = options.header ? 1 : 0;
        const bool skipped = row >= header_rows && row - header_rows < options.skip_rows;
        if (!skipped && options.same_length && expected_columns > 0 && columns != expected_columns)
            throw Error(detail::at(name, first_line) + "expected " + std::to_string(expected_columns) +
                        " fields, got " + std::to_string(columns));
        if (!skipped && expected_columns == 0)
            expected_columns = columns;
        if (skipped || row < header_rows) {
            if (row < header_rows)
                for (std::size_t i = first_field; i < table.fields_.size(); ++i)
                    table.names_.emplace_back(table.text_, table.fields_[i].begin, table.fields_[i].length);
            table.fields_.resize(first_field);
            table.text_.resize(first_text);
        } else {
            table.row_begin_.push_back(first_field);
            table.lines_.push_back(first_line);
        }
        ++row;
    }
    return table;
}

/// Reads a CSV file as text.
inline Table read_text(const std::string& path, const Options& options = {}) {
    const std::vector<char> bytes = read_file(path);
    return parse({bytes.data(), bytes.size()}, path, options);
}

/// Rows of numbers, one after the other, all of `columns` numbers.
struct Numbers {
    std::size_t columns = 0;
    std::vector<double> values;
    std::vector<std::string> names; ///< Of the columns, where the file has a header.

    std::size_t rows() const noexcept { return columns == 0 ? 0 : values.size() / columns; }
    double operator()(std::size_t row, std::size_t column) const noexcept {
        return values[row * columns + column];
    }
};

/// Every field as a number. Throws Error, naming line and column, for a field that is no number or has more
/// than one; spaces around a number are allowed.
inline Numbers numbers(const Table& table, std::string_view name) {
    Numbers result;
    result.names = table.names();
    result.columns = table.rows() == 0 ? 0 : table.columns(0);
    result.values.reserve(table.rows() * result.columns);
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if (table.columns(row) != result.columns)
            throw Error(detail::at(name, table.line(row)) + "expected " + std::to_string(result.columns) +
                        " fields, got " + std::to_string(table.columns(row)));
        for (std::size_t column = 0; column < result.columns; ++column) {
            std::string_view text = table.field(row, column);
            while (text.starts_with(' ') || text.starts_with('\t'))
                text.remove_prefix(1);
            while (text.ends_with(' ') || text.ends_with('\t'))
                text.remove_suffix(1);
            std::string_view digits = text;
            if (digits.starts_with('+') && !digits.starts_with("+-"))
                digits.remove_prefix(1);
            double value = 0;
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
            if (error != std::errc{} || end != digits.data() + digits.size())
                throw Error(detail::at(name, table.line(row), column + 1) + "expected a number" +
                            (error == std::errc::result_out_of_range ? " within the range of double" : "") +
                            ", got '" + std::string(text.substr(0, 40)) + "'");
            result.values.push_back(value);
        }
    }
    return result;
}

/// Reads a CSV file of numbers.
inline Numbers read(const std::string& path, const Options& options = {}) {
    return numbers(read_text(path, options), path);
}

} // namespace burin::data::csv
