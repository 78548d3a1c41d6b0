#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/tables/categories.hpp"
#include "burin/data/tables/same_rows.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace burin::data {

enum class Join {
    inner, ///< Rows that are in both.
    left   ///< All rows of the first; what the second does not have is missing.
};

/// The columns of two tables side by side: each row of the first with those rows of the second that have the
/// same values in the columns `keys`, in the order of the first, and of the second where it has several.
/// Categories are compared by their texts; what is missing is like nothing.
///
///     const data::Table with_region = data::join(customers, cities, {"city"}, data::Join::left);
///
/// Throws Error if another column than the keys is in both (rename it), and if a key has not the same type in
/// both.
inline Table join(const Table& first, const Table& second, const std::vector<std::string>& keys,
                  Join kind = Join::inner) {
    if (keys.empty())
        throw Error("join: expected at least one column to join by, got none");
    std::vector<Column> left, right;
    for (const std::string& name : keys) {
        if (first.type(name) != second.type(name))
            throw Error("join: column " + burin::core::quoted(name) +
                        ": expected the same type in both tables, got " + name_of(first.type(name)) +
                        " and " + name_of(second.type(name)));
        left.push_back(first.column(name));
        right.push_back(first.type(name) == ColumnType::category
                            ? recoded(second.column(name), first.column(name).categories())
                            : second.column(name));
    }
    for (const std::string& name : second.names())
        if (first.has(name) && std::find(keys.begin(), keys.end(), name) == keys.end())
            throw Error("join: expected names that are in one table only, got " + burin::core::quoted(name) +
                        " in both");
    return core::within_memory("join", [&] {
        const std::vector<std::size_t> order = detail::row_order(right, second.rows());
        // Whether a row of the second comes before (−1) one of the first, is like it, or comes behind it.
        const auto compare = [&](std::size_t of_second, std::size_t of_first) {
            for (std::size_t k = 0; k < keys.size(); ++k) {
                if (right[k].is_missing(of_second))
                    return 1;
                const double x = right[k].value(of_second), y = left[k].value(of_first);
                if (x != y)
                    return x < y ? -1 : 1;
            }
            return 0;
        };
        const auto is_missing = [&](std::size_t row) {
            return std::any_of(left.begin(), left.end(),
                               [&](const Column& key) { return key.is_missing(row); });
        };
        // take(row of the first, row of the second) for each row of the result, in its order.
        const auto for_each_row = [&](auto take) {
            for (std::size_t row = 0; row < first.rows(); ++row) {
                auto found =
                    is_missing(row)
                        ? order.end()
                        : std::lower_bound(order.begin(), order.end(), row,
                                           [&](std::size_t a, std::size_t b) { return compare(a, b) < 0; });
                bool any = false;
                for (; found != order.end() && compare(*found, row) == 0; ++found, any = true)
                    take(row, *found);
                if (kind == Join::left && !any)
                    take(row, Column::no_row);
            }
        };
        // Of keys that are there many times in both come very many rows: memory is asked for once.
        std::size_t count = 0;
        for_each_row([&](std::size_t, std::size_t) { ++count; });
        std::vector<std::size_t> first_rows, second_rows;
        first_rows.reserve(count);
        second_rows.reserve(count);
        for_each_row([&](std::size_t of_first, std::size_t of_second) {
            first_rows.push_back(of_first);
            second_rows.push_back(of_second);
        });
        Table result = first.subset(first_rows);
        for (const std::string& name : second.names())
            if (!result.has(name))
                result = result.with(name, second.column(name).subset(second_rows));
        return result;
    });
}

} // namespace burin::data
