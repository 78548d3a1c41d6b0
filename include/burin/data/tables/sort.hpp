#pragma once

#include "burin/data/tables/same_rows.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

namespace burin::data {

enum class Order { ascending, descending };

/// The rows in the order of these columns, the first of which counts most: numbers and dates by size,
/// categories in the order that they have in the table. Rows of the same values stay in their order, missing
/// values come last.
///
///     const data::Table oldest_first = data::sort(table, {"age"}, data::Order::descending);
inline Table sort(const Table& table, const std::vector<std::string>& names, Order order = Order::ascending) {
    const std::vector<Column> columns = detail::columns_of(table, names);
    if (order == Order::ascending)
        return table.subset(detail::row_order(columns, table.rows()));
    std::vector<std::size_t> rows(table.rows());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
        for (const Column& column : columns) {
            const int found = detail::compare_values(column, a, b);
            const bool any_missing = column.is_missing(a) || column.is_missing(b);
            if (found != 0)
                return any_missing ? found < 0 : found > 0;
        }
        return a < b;
    });
    return table.subset(rows);
}

} // namespace burin::data
