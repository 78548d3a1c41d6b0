#pragma once

#include "burin/core/error.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data::sequences {

/// Each value as many places later: what was known `steps` steps before. NaN in front, as pandas's `shift`;
/// `steps` below 0 looks ahead.
inline std::vector<double> lagged(std::span<const double> series, std::ptrdiff_t steps) {
    std::vector<double> result(series.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < series.size(); ++i)
        if (const std::ptrdiff_t from = static_cast<std::ptrdiff_t>(i) - steps;
            from >= 0 && from < static_cast<std::ptrdiff_t>(series.size()))
            result[i] = series[static_cast<std::size_t>(from)];
    return result;
}

/// A table whose rows are steps, with a further column `<name>_lag_<steps>` for each of `steps`:
///
///     const auto table = sequences::with_lags(data::read_table("power.csv"), "load", {1, 24, 168});
///
/// Throws Error where there is no such column of numbers.
inline Table with_lags(Table table, std::string_view name, const std::vector<std::size_t>& steps) {
    for (const std::size_t step : steps)
        table = table.with(
            std::string(name) + "_lag_" + std::to_string(step),
            lagged(table.numbers(name), static_cast<std::ptrdiff_t>(std::min(step, table.rows()))));
    return table;
}

} // namespace burin::data::sequences
