#pragma once

#include "burin/data/tables/same_rows.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace burin::data {

/// The numbers of the rows that have in these columns the same values as a row above; in all, where none are
/// named. What is missing is like what is missing.
inline std::vector<std::size_t> duplicate_rows(const Table& table,
                                               const std::vector<std::string>& names = {}) {
    std::vector<std::size_t> duplicates;
    detail::for_each_group(detail::columns_of(table, names), table.rows(), [&](auto rows) {
        duplicates.insert(duplicates.end(), rows.begin() + 1, rows.end());
    });
    std::sort(duplicates.begin(), duplicates.end());
    return duplicates;
}

/// The table without these rows: the first of each kind stays.
inline Table drop_duplicates(const Table& table, const std::vector<std::string>& names = {}) {
    const std::vector<std::size_t> rows = duplicate_rows(table, names);
    return table.filter(
        [&](const TableRow& row) { return !std::binary_search(rows.begin(), rows.end(), row.index()); });
}

} // namespace burin::data
