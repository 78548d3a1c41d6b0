#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/csv.hpp"
#include "burin/data/tables/column.hpp"
#include "burin/data/tables/date_text.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

/// How a table is written as CSV.
struct TableOptions {
    char delimiter = ',';
    char decimal = '.';
    char thousands = '\0'; ///< Between groups of three digits, as in `1'234.5`; NUL for none.
    char comment = '\0';   ///< A line that begins with it is no row; NUL for none.
    bool header = true;    ///< The first row names the columns. Without one they are 0, 1, …, or `names`.
    std::vector<std::string> names{};
    std::size_t skip_rows = 0; ///< Rows behind the header that are not read.
    bool trim = true;          ///< Spaces and tabs at the ends of a field are no part of it.
    /// What stands for a value that is not there, whether in capitals or not.
    std::vector<std::string> missing{"", "NA", "N/A", "NaN", "null", "?"};
    /// Of the columns whose type is not to be inferred.
    std::map<std::string, ColumnType> types{};
    std::string date_format{};              ///< As `read_date` has it; ISO 8601 where it is empty.
    bool allow_not_finite = false;          ///< Takes infinities as they are; without it they are refused.
    std::size_t max_bytes = max_file_bytes; ///< Most bytes that the file may have after unpacking.
};

namespace detail {

inline bool same_letters(std::string_view a, std::string_view b) noexcept {
    const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return small(x) == small(y); });
}

inline std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// Makes columns of a table of text.
class TypedColumns {
  public:
    TypedColumns(const csv::Table& table, std::string_view file, const TableOptions& options)
        : table_(table), file_(file), options_(options),
          plain_(options.decimal == '.' && options.thousands == '\0') {}

    Table read() {
        refuse_line_ends();
        std::vector<std::string> names = column_names();
        for (const auto& [name, type] : options_.types)
            if (std::find(names.begin(), names.end(), name) == names.end())
                throw Error(file_ + ": expected a column " + burin::core::quoted(name) +
                            ", whose type is given, got none");
        std::vector<Column> columns;
        columns.reserve(names.size());
        for (std::size_t c = 0; c < names.size(); ++c)
            columns.push_back(column(names[c], c));
        return Table(std::move(names), std::move(columns));
    }

  private:
    /// Lines that end in CR alone are one line to the reader.
    void refuse_line_ends() const {
        const auto refuse = [&](std::string_view text, std::size_t column) {
            if (text.find('\r') != std::string_view::npos)
                throw Error(csv::detail::at(file_, 1, column + 1) +
                            "expected lines that end in LF or CRLF, got CR alone");
        };
        if (table_.rows() == 0)
            for (std::size_t c = 0; c < table_.names().size(); ++c)
                refuse(table_.names()[c], c);
        else if (table_.rows() == 1 && table_.names().empty())
            for (std::size_t c = 0; c < table_.columns(0); ++c)
                refuse(table_.field(0, c), c);
    }

    std::size_t columns() const noexcept {
        return table_.rows() > 0 ? table_.columns(0) : std::max(table_.names().size(), options_.names.size());
    }

    std::vector<std::string> column_names() const {
        std::vector<std::string> names = table_.names();
        if (!options_.names.empty())
            names = options_.names;
        if (names.empty())
            for (std::size_t c = 0; c < columns(); ++c)
                names.push_back(std::to_string(c));
        if (names.size() != columns())
            throw Error(file_ + ": expected as many columns as names (" + std::to_string(names.size()) +
                        "), got " + std::to_string(columns()));
        if (options_.trim)
            for (std::string& name : names)
                name = trimmed(name);
        check_names(names, file_);
        return names;
    }

    Column column(const std::string& name, std::size_t c) {
        const auto given = options_.types.find(name);
        if (given != options_.types.end())
            return given->second == ColumnType::category ? texts(c) : numbers(c, given->second);
        return is<ColumnType::number>(c) ? numbers(c, ColumnType::number)
               : is<ColumnType::date>(c) ? numbers(c, ColumnType::date)
                                         : texts(c);
    }

    std::string_view field(std::size_t row, std::size_t column) const noexcept {
        const std::string_view text = table_.field(row, column);
        return options_.trim ? trimmed(text) : text;
    }
    bool is_missing(std::string_view text) const noexcept {
        return std::any_of(options_.missing.begin(), options_.missing.end(),
                           [&](const std::string& marker) { return same_letters(text, marker); });
    }

    /// What a field should have been, or nothing, and its number or the seconds of its date.
    std::string read(ColumnType type, std::string_view text, double& value) {
        if (type == ColumnType::date)
            return read_date(text, options_.date_format, value)
                       ? ""
                       : "a date " + (options_.date_format.empty() ? "as in 2024-03-01 or 2024-03-01T14:30"
                                                                   : "as in " + options_.date_format);
        if (!plain_ && !make_plain(text))
            return "a number";
        return csv::detail::read_number(text, options_.allow_not_finite, value);
    }

    /// The number with a point and without signs between thousands. False if it is none.
    bool make_plain(std::string_view& text) {
        buffer_.clear();
        std::size_t since_mark = 0;
        bool grouped = false, fraction = false;
        for (const char c : text) {
            if (c == options_.decimal || (c == '.' && options_.decimal != '.' && options_.thousands != '.')) {
                if (c != options_.decimal || fraction || (grouped && since_mark != 3))
                    return false;
                fraction = true;
                buffer_.push_back('.');
            } else if (options_.thousands != '\0' && c == options_.thousands) {
                if (fraction || since_mark == 0 || since_mark > 3 || (grouped && since_mark != 3))
                    return false;
                grouped = true;
                since_mark = 0;
            } else {
                since_mark += c >= '0' && c <= '9' && !fraction;
                buffer_.push_back(c);
            }
        }
        text = buffer_;
        return !grouped || fraction || since_mark == 3;
    }

    /// Whether every field fits the type, or would if its number were not too large.
    template <ColumnType type>
    bool is(std::size_t column) {
        double value = 0;
        bool any = false;
        for (std::size_t row = 0; row < table_.rows(); ++row) {
            const std::string_view text = field(row, column);
            if (is_missing(text))
                continue;
            any = true;
            const std::string expected = read(type, text, value);
            if (type == ColumnType::number ? expected == "a number" : !expected.empty())
                return false;
        }
        return type == ColumnType::number || any;
    }

    Column numbers(std::size_t column, ColumnType type) {
        std::vector<double> values(table_.rows(), Column::missing);
        for (std::size_t row = 0; row < values.size(); ++row) {
            const std::string_view text = field(row, column);
            if (is_missing(text))
                continue;
            const std::string expected = read(type, text, values[row]);
            if (!expected.empty())
                throw Error(csv::detail::at(file_, table_.line(row), column + 1) + "expected " + expected +
                            ", got " + burin::core::quoted(text));
        }
        return type == ColumnType::date ? Column::of_dates(std::move(values))
                                        : Column::of_numbers(std::move(values));
    }

    Column texts(std::size_t column) const {
        std::vector<std::string_view> texts(table_.rows());
        for (std::size_t row = 0; row < texts.size(); ++row) {
            const std::string_view text = field(row, column);
            texts[row] = is_missing(text) ? std::string_view() : text;
        }
        return Column::of_texts(texts);
    }

    const csv::Table& table_;
    std::string file_;
    const TableOptions& options_;
    bool plain_;
    std::string buffer_;
};

inline csv::Options csv_options(const TableOptions& options, std::string_view name) {
    const auto refuse = [&](const char* expected, char found) {
        throw Error(std::string(name) + ": expected " + expected + ", got " +
                    burin::core::quoted(std::string_view(&found, 1)));
    };
    const auto is_of_numbers = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
               c == '-' || c == '"' || c == '\n' || c == '\r';
    };
    if (options.delimiter == '\0' || options.delimiter == '"' || options.delimiter == '\n' ||
        options.delimiter == '\r')
        refuse("a delimiter that is no quote, no line end and no NUL", options.delimiter);
    if (options.decimal == '\0' || options.decimal == ' ' || options.decimal == '\t' ||
        is_of_numbers(options.decimal))
        refuse("a decimal sign that nothing else in a number is, as '.' or ','", options.decimal);
    if (is_of_numbers(options.thousands))
        refuse("a sign between thousands that nothing else in a number is, as ',' or ' '", options.thousands);
    if (options.decimal == options.delimiter)
        refuse("a delimiter that is not the decimal sign", options.delimiter);
    if (options.decimal == options.thousands)
        refuse("a decimal sign that is not between thousands", options.decimal);
    if (options.comment == options.delimiter || options.comment == '"')
        refuse("a comment's sign that is no delimiter and no quote", options.comment);
    return {.delimiter = options.delimiter,
            .header = options.header,
            .skip_rows = options.skip_rows,
            .comment = options.comment,
            .skip_empty_lines = true,
            .max_bytes = options.max_bytes};
}

} // namespace detail

/// Reads a table from CSV (see `data/csv.hpp` for quotes, line ends and encoding), plain or gzip:
///
///     const data::Table table = data::read_table(
///         "customers.csv",
///         {.delimiter = ';', .decimal = ',', .types = {{"postcode", data::ColumnType::category}}});
///
/// A column is numbers if all of its fields that are there are numbers, or if none is there; dates if they
/// are dates; and else categories, in the order of their texts. A text with nothing in it can't be told from
/// a missing one.
///
/// Throws Error, naming line and column, for a field that is not of the type given, for what exceeds the
/// range of `double` and, unless options allow them, for infinities; and for what is no CSV of UTF-8, for
/// names that are there twice, and for a file of more than `max_bytes`. Empty lines are no rows. Memory: at
/// most 30 times the file, and 300 bytes a column.
inline Table read_table(const std::string& path, const TableOptions& options = {}) {
    return core::within_memory(path, [&] {
        const csv::Table text = csv::read_text(path, detail::csv_options(options, path));
        return detail::TypedColumns(text, path, options).read();
    });
}

/// The same of CSV in memory; `name` is what errors call it.
inline Table parse_table(std::string_view bytes, std::string_view name, const TableOptions& options = {}) {
    return core::within_memory(name, [&] {
        const csv::Table text = csv::parse(bytes, name, detail::csv_options(options, name));
        return detail::TypedColumns(text, name, options).read();
    });
}

} // namespace burin::data
