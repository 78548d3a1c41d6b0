#pragma once

#include "burin/core/printable.hpp"
#include "burin/data/tables/column.hpp"
#include "burin/data/tables/date_text.hpp"
#include "burin/data/tables/table.hpp"
#include "burin/report/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

/// How much of a table is shown.
struct TableTextOptions {
    std::size_t rows = 20;         ///< Of more, the first and the last are shown.
    std::size_t longest_text = 40; ///< Bytes of a text.
};

namespace detail {

/// Six digits, as few as needed.
inline std::string short_number(double number) {
    char text[32];
    const bool is_whole = std::abs(number) < 1e15 && number == std::floor(number);
    std::snprintf(text, sizeof text, is_whole ? "%.0f" : "%.6g", number);
    return text;
}

inline std::string cell_text(const Column& column, std::size_t row, std::size_t longest_text) {
    if (column.is_missing(row))
        return "";
    return column.type() == ColumnType::category ? core::printable(column.text(row), longest_text)
           : column.type() == ColumnType::date   ? date_text(column.numbers()[row])
                                                 : short_number(column.numbers()[row]);
}

} // namespace detail

/// A table as aligned text, numbers to the right; what is missing is empty.
inline std::string table_text(const Table& table, const TableTextOptions& options = {}) {
    std::vector<report::Table::Column> columns{{"", report::Table::Align::right}};
    for (std::size_t c = 0; c < table.columns(); ++c)
        columns.push_back({core::printable(table.names()[c], options.longest_text),
                           table.column(c).type() == ColumnType::number ? report::Table::Align::right
                                                                        : report::Table::Align::left});
    report::Table text(std::move(columns));
    const bool all = table.rows() <= options.rows;
    const std::size_t first = all ? table.rows() : (options.rows + 1) / 2;
    const std::size_t last = all ? table.rows() : table.rows() - options.rows / 2;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if (row == first && first < last) {
            text.add_row(std::vector<std::string>(table.columns() + 1, "…"));
            row = last;
            if (row == table.rows())
                break;
        }
        std::vector<std::string> cells{std::to_string(row)};
        for (std::size_t c = 0; c < table.columns(); ++c)
            cells.push_back(detail::cell_text(table.column(c), row, options.longest_text));
        text.add_row(std::move(cells));
    }
    return text.text() + std::to_string(table.rows()) + " rows, " + std::to_string(table.columns()) +
           " columns\n";
}

/// Prints a table, as `table_text`.
inline void print(const Table& table, const TableTextOptions& options = {}, std::FILE* stream = stdout) {
    std::fputs(table_text(table, options).c_str(), stream);
}

} // namespace burin::data
