#pragma once

#include "burin/core/error.hpp"
#include "burin/data/tables/column.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

/// Rows that have the same values in some columns, which groups, joins and duplicates are made of.
namespace burin::data::detail {

/// The columns of these names; all where none are named.
inline std::vector<Column> columns_of(const Table& table, const std::vector<std::string>& names) {
    std::vector<Column> columns;
    for (const std::string& name : names)
        columns.push_back(table.column(name));
    for (std::size_t c = 0; names.empty() && c < table.columns(); ++c)
        columns.push_back(table.column(c));
    return columns;
}

/// Which value comes first: smaller numbers, earlier dates, categories in their order; a missing one comes
/// last.
inline int compare_values(const Column& column, std::size_t a, std::size_t b) noexcept {
    const bool a_missing = column.is_missing(a), b_missing = column.is_missing(b);
    if (a_missing || b_missing)
        return int(a_missing) - int(b_missing);
    const double x = column.value(a), y = column.value(b);
    return int(x > y) - int(x < y);
}

inline int compare_rows(const std::vector<Column>& columns, std::size_t a, std::size_t b) noexcept {
    for (const Column& column : columns)
        if (const int order = compare_values(column, a, b); order != 0)
            return order;
    return 0;
}

/// The numbers of all rows in the order of their values; rows of the same values stay in their order.
inline std::vector<std::size_t> row_order(const std::vector<Column>& columns, std::size_t rows) {
    std::vector<std::size_t> order(rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const int found = compare_rows(columns, a, b);
        return found != 0 ? found < 0 : a < b;
    });
    return order;
}

/// Calls `take(rows)` for each set of rows with the same values, in the order of these.
template <class Take>
void for_each_group(const std::vector<Column>& columns, std::size_t rows, Take take) {
    const std::vector<std::size_t> order = row_order(columns, rows);
    for (std::size_t begin = 0, end = 0; begin < rows; begin = end) {
        while (end < rows && compare_rows(columns, order[begin], order[end]) == 0)
            ++end;
        take(std::span(order).subspan(begin, end - begin));
    }
}

} // namespace burin::data::detail
