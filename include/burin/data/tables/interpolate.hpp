#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/data/tables/column.hpp"
#include "burin/data/tables/natural_spline.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

enum class Interpolation {
    linear, ///< On the line between the two known values next to it.
    spline  ///< On the natural cubic spline through all known values.
};

struct InterpolateOptions {
    Interpolation method = Interpolation::linear;
    std::string by{}; ///< The column of numbers or dates that says where each row is; the row's number if
                      ///< none is named.
};

namespace detail {

inline std::vector<double> interpolated(std::span<const double> values, std::span<const double> places,
                                        Interpolation method) {
    std::vector<double> result(values.begin(), values.end()), known_places, known_values;
    for (std::size_t row = 0; row < values.size(); ++row)
        if (!std::isnan(values[row])) {
            known_places.push_back(places[row]);
            known_values.push_back(values[row]);
        }
    if (known_places.empty())
        return result;
    const NaturalSpline spline(method == Interpolation::spline ? known_places : std::vector<double>{0},
                               method == Interpolation::spline ? known_values : std::vector<double>{0});
    for (std::size_t row = 0, next = 0; row < values.size(); ++row) {
        if (!std::isnan(values[row])) {
            ++next;
        } else if (next > 0 && next < known_places.size()) {
            const double share =
                (places[row] - known_places[next - 1]) / (known_places[next] - known_places[next - 1]);
            result[row] =
                method == Interpolation::spline
                    ? spline(places[row])
                    : known_values[next - 1] + share * (known_values[next] - known_values[next - 1]);
        }
    }
    return result;
}

} // namespace detail

/// Missing numbers become what lies between the known ones of their column, by row or by how far rows are
/// apart; in all columns of numbers, where none are named. What is missing before the first known value or
/// behind the last one stays so. As pandas's `interpolate(limit_area="inside")` and SciPy's natural cubic
/// spline.
///
///     table = data::interpolate(table, {"temperature"},
///                               {.method = data::Interpolation::spline, .by = "time"});
///
/// Throws Error unless each row's place `by` is there and beyond that of the row before (`sort`).
inline Table interpolate(Table table, const std::vector<std::string>& names = {},
                         const InterpolateOptions& options = {}) {
    std::vector<double> places(table.rows());
    if (options.by.empty()) {
        for (std::size_t row = 0; row < places.size(); ++row)
            places[row] = static_cast<double>(row);
    } else {
        const Column& by = table.column(options.by);
        for (std::size_t row = 0; row < places.size(); ++row) {
            places[row] = by.value(row);
            if (by.type() == ColumnType::category || !std::isfinite(places[row]) ||
                (row > 0 && !(places[row] > places[row - 1])))
                throw Error("interpolate: row " + std::to_string(row) + ", column " +
                            burin::core::quoted(options.by) +
                            ": expected a number or a date beyond that of the row before");
        }
    }
    std::vector<std::string> chosen = names;
    if (chosen.empty())
        for (const std::string& name : table.names())
            if (name != options.by && table.type(name) == ColumnType::number)
                chosen.push_back(name);
    for (const std::string& name : chosen)
        table = table.with(name, detail::interpolated(table.numbers(name), places, options.method));
    return table;
}

} // namespace burin::data
