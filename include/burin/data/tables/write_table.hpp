#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/encoding.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/tables/date_text.hpp"
#include "burin/data/tables/read_table.hpp"
#include "burin/data/tables/table.hpp"
#include "burin/io/atomic_file.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace burin::data {

namespace detail {

/// A field as CSV has it, in quotes where it needs them.
inline void append_field(std::string& text, std::string_view field, const TableOptions& options, bool alone) {
    // Alone and empty it would be an empty line.
    const bool quote =
        (alone && field.empty()) || (options.comment != '\0' && field.starts_with(options.comment)) ||
        field.find_first_of("\"\n\r") != std::string_view::npos ||
        field.find(options.delimiter) != std::string_view::npos || field.starts_with(utf8_mark);
    if (!quote) {
        text += field;
        return;
    }
    text.push_back('"');
    for (const char c : field)
        text.append(c == '"' ? 2 : 1, c);
    text.push_back('"');
}

} // namespace detail

/// A table as CSV, from which `parse_table` with the same options (and the same types, where texts look like
/// numbers or dates) reads the same values; numbers are as short as tells them from their neighbours, dates
/// are as ISO 8601 has them. Throws Error, naming row and column, for a text that would be read as a missing
/// one or without the spaces at its ends, and for options that give another form of dates.
inline std::string csv_text(const Table& table, const TableOptions& options = {}) {
    if (!options.date_format.empty())
        throw Error("csv_text: expected no .date_format, got " + burin::core::quoted(options.date_format));
    detail::csv_options(options, "csv_text");
    const std::string missing = options.missing.empty() ? "" : options.missing[0];
    std::string text;
    if (options.header) {
        for (std::size_t c = 0; c < table.columns(); ++c) {
            if (c > 0)
                text.push_back(options.delimiter);
            detail::append_field(text, table.names()[c], options, table.columns() == 1);
        }
        text.push_back('\n');
    }
    for (std::size_t row = 0; row < table.rows(); ++row) {
        for (std::size_t c = 0; c < table.columns(); ++c) {
            const Column& column = table.column(c);
            std::string field = missing;
            if (column.is_missing(row)) {
            } else if (column.type() == ColumnType::category) {
                field = column.text(row);
                const bool is_marker = std::any_of(
                    options.missing.begin(), options.missing.end(), [&](const std::string& marker) {
                        return detail::same_letters(detail::trimmed(field), marker);
                    });
                if (is_marker || (options.trim && detail::trimmed(field) != field))
                    throw Error("csv_text: row " + std::to_string(row) + ", column " +
                                burin::core::quoted(table.names()[c]) +
                                ": expected a text that is read as it is written, got " +
                                burin::core::quoted(field));
            } else if (column.type() == ColumnType::date) {
                field = date_text(column.numbers()[row]);
            } else {
                field = number_text(column.numbers()[row]);
                std::replace(field.begin(), field.end(), '.', options.decimal);
            }
            if (c > 0)
                text.push_back(options.delimiter);
            detail::append_field(text, field, options, table.columns() == 1);
        }
        text.push_back('\n');
    }
    utf8_text(text, "csv_text");
    return text;
}

/// Writes a table as `csv_text`, whole or not at all. Throws Error.
inline void write_csv(const std::string& path, const Table& table, const TableOptions& options = {}) {
    core::within_memory(path, [&] {
        io::write_file(path, csv_text(table, options));
        return true;
    });
}

} // namespace burin::data
