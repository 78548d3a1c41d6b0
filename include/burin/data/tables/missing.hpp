#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/data/tables/categories.hpp"
#include "burin/data/tables/column.hpp"
#include "burin/data/tables/same_rows.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What is done about missing values by looking at a whole table. What is learnt from training rows and done
// to each sample by itself is a stage of a pipeline: `ImputeMean`, `ImputeMedian` and others.

namespace burin::data {

/// The rows in which nothing is missing in these columns; in all, where none are named.
inline Table drop_missing(const Table& table, const std::vector<std::string>& names = {}) {
    const std::vector<Column> columns = detail::columns_of(table, names);
    return table.filter([&](const TableRow& row) {
        return std::none_of(columns.begin(), columns.end(),
                            [&](const Column& column) { return column.is_missing(row.index()); });
    });
}

/// A number, or seconds since 1970-01-01 00:00 in a column of dates, for each that is missing.
inline Table fill_missing(const Table& table, const std::string& name, double value) {
    const Column& column = table.column(name);
    if (column.type() == ColumnType::category)
        throw Error("fill_missing: column " + burin::core::quoted(name) +
                    ": expected a text for categories, got a number");
    std::vector<double> values(column.numbers().begin(), column.numbers().end());
    for (std::size_t row = 0; row < values.size(); ++row)
        if (column.is_missing(row))
            values[row] = value;
    return table.with(name, column.with(std::move(values)));
}

/// A text for each category that is missing. One that there is not yet becomes the last of the categories.
inline Table fill_missing(const Table& table, const std::string& name, std::string_view text) {
    table.codes(name);
    const Column& column = table.column(name);
    std::vector<std::string> categories(column.categories().begin(), column.categories().end());
    const auto found = std::find(categories.begin(), categories.end(), text);
    const auto code = static_cast<Label>(found - categories.begin());
    if (found == categories.end())
        categories.emplace_back(text);
    std::vector<Label> codes(column.codes().begin(), column.codes().end());
    std::replace(codes.begin(), codes.end(), no_label, code);
    return table.with(name, Column::of_codes(std::move(codes), std::move(categories)));
}

namespace detail {

/// The numbers of rows `0 … rows − 1`, each by that of the row from which its value comes.
template <class RowOf>
Table filled(Table table, const std::vector<std::string>& names, std::size_t limit, RowOf row_of) {
    for (const std::string& name : names.empty() ? std::vector<std::string>(table.names()) : names) {
        const Column column = table.column(name);
        std::vector<std::size_t> rows(column.size());
        std::size_t known = Column::no_row, since = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::size_t row = row_of(i);
            const bool is_missing = column.is_missing(row);
            since = is_missing ? since + 1 : 0;
            known = is_missing ? known : row;
            rows[row] = since <= limit ? known : Column::no_row;
        }
        table = table.with(name, column.subset(rows));
    }
    return table;
}

} // namespace detail

inline constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// What is missing becomes the last value above it, in columns of any type; in all, where none are named. At
/// most `limit` in a row are filled; what is missing at the beginning stays so. For rows in the order of time
/// (`sort`).
inline Table forward_fill(const Table& table, const std::vector<std::string>& names = {},
                          std::size_t limit = no_limit) {
    return detail::filled(table, names, limit, [](std::size_t i) { return i; });
}

/// What is missing becomes the next value below it.
inline Table backward_fill(const Table& table, const std::vector<std::string>& names = {},
                           std::size_t limit = no_limit) {
    return detail::filled(table, names, limit, [&](std::size_t i) { return table.rows() - 1 - i; });
}

/// A column of 1 where another one is missing and 0 where it is not, named as that with ` is missing` behind
/// it.
inline Table flag_missing(const Table& table, const std::string& name) {
    const Column& column = table.column(name);
    std::vector<double> flags(column.size());
    for (std::size_t row = 0; row < flags.size(); ++row)
        flags[row] = column.is_missing(row);
    return table.with(name + " is missing", std::move(flags));
}

} // namespace burin::data
