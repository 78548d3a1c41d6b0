#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/tables/natural_spline.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data::sequences {

/// What stands at a time of a grid.
enum class Resampling {
    mean,   ///< The mean of the values from there to the next time of the grid; pandas's
            ///< `resample(step).mean()`.
    last,   ///< The last value up to there; pandas's `merge_asof`.
    linear, ///< On the line between the values next to it; numpy's `interp`, but nothing beyond the ends.
    spline  ///< On the natural cubic spline through all values; nothing beyond the ends.
};

/// The times of a grid, `start`, `start` + `step`, …, and what stands there.
struct Grid {
    double step = 0; ///< In the unit of the times; seconds for dates of a Table.
    Resampling how = Resampling::mean;
    /// The first time of the series where it is NaN. pandas begins at the multiple of the step below it:
    /// `std::floor(times[0] / step) * step`.
    double start = std::numeric_limits<double>::quiet_NaN();
    std::size_t count = 0; ///< How many times; up to the last one of the series where it is 0.
    /// The widest gap that is bridged: `last` reaches no farther than that, and `linear` and `spline` leave
    /// wider ones between two values missing.
    double max_gap = std::numeric_limits<double>::infinity();
};

/// A series at the times of a grid. NaN where nothing is known.
struct Resampled {
    std::vector<double> times, values;
};

namespace detail {

inline void check_times(std::span<const double> times, const Grid& grid) {
    if (!(grid.step > 0 && std::isfinite(grid.step)))
        throw Error("resample: expected a step above 0, got " + number_text(grid.step));
    if (std::isinf(grid.start) || !(grid.max_gap >= 0))
        throw Error("resample: expected a finite start and a gap of at least 0, got " +
                    number_text(grid.start) + " and " + number_text(grid.max_gap));
    if (times.empty())
        throw Error("resample: expected a value at least, got none");
    for (std::size_t i = 0; i < times.size(); ++i)
        if (!std::isfinite(times[i]) || (i > 0 && !(times[i] > times[i - 1])))
            throw Error("resample: time " + std::to_string(i) +
                        ": expected a finite one above that before, got " + number_text(times[i]));
}

inline std::vector<double> grid_times(std::span<const double> times, const Grid& grid) {
    const double start = std::isnan(grid.start) ? times.front() : grid.start;
    std::size_t count = grid.count;
    if (count == 0) {
        const double steps = std::floor((times.back() - start) / grid.step);
        if (!(steps >= 0))
            throw Error("resample: expected a start no later than the last time, " +
                        number_text(times.back()) + ", got " + number_text(start));
        if (steps > 1e15)
            throw std::bad_alloc();
        count = static_cast<std::size_t>(steps) + 1;
    }
    std::vector<double> result(count);
    for (std::size_t i = 0; i < count; ++i)
        result[i] = start + static_cast<double>(i) * grid.step;
    return result;
}

/// One series at the times of a grid.
inline std::vector<double> values_at(const std::vector<double>& grid_times, std::span<const double> all_times,
                                     std::span<const double> all_values, const Grid& grid) {
    std::vector<double> times, values;
    for (std::size_t i = 0; i < all_times.size(); ++i)
        if (!std::isnan(all_values[i])) {
            times.push_back(all_times[i]);
            values.push_back(all_values[i]);
        }
    std::vector<double> result(grid_times.size(), std::numeric_limits<double>::quiet_NaN());
    if (times.empty())
        return result;
    if (grid.how == Resampling::mean) {
        std::size_t next = 0;
        for (std::size_t g = 0; g < grid_times.size(); ++g) {
            const double end = g + 1 < grid_times.size() ? grid_times[g + 1] : grid_times[g] + grid.step;
            while (next < times.size() && times[next] < grid_times[g])
                ++next;
            double sum = 0;
            std::size_t count = 0;
            for (; next < times.size() && times[next] < end; ++next, ++count)
                sum += values[next];
            if (count > 0)
                result[g] = sum / static_cast<double>(count);
        }
        return result;
    }
    const bool bent = grid.how == Resampling::spline;
    const std::size_t bends = bent ? times.size() : 1;
    const NaturalSpline spline(std::span<const double>(times.data(), bends),
                               std::span<const double>(values.data(), bends));
    std::size_t known = 0; // How many are no later.
    for (std::size_t g = 0; g < grid_times.size(); ++g) {
        const double time = grid_times[g];
        while (known < times.size() && times[known] <= time)
            ++known;
        if (known == 0)
            continue;
        const std::size_t before = known - 1;
        if (grid.how == Resampling::last) {
            if (time - times[before] <= grid.max_gap)
                result[g] = values[before];
        } else if (times[before] == time) {
            result[g] = values[before];
        } else if (known < times.size() && times[known] - times[before] <= grid.max_gap) {
            const double slope = (values[known] - values[before]) / (times[known] - times[before]);
            result[g] = bent ? spline(time) : values[before] + slope * (time - times[before]);
        }
    }
    return result;
}

/// Categories at the times of a grid.
inline Column categories_at(const std::vector<double>& grid_times, std::span<const double> times,
                            const Column& column, const Grid& grid) {
    constexpr double missing = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> values;
    for (const Label code : column.codes())
        values.push_back(code == no_label ? missing : static_cast<double>(code));
    std::vector<Label> codes;
    for (const double code : values_at(grid_times, times, values, grid))
        codes.push_back(std::isnan(code) ? no_label : static_cast<Label>(code));
    return Column::of_codes(std::move(codes), {column.categories().begin(), column.categories().end()});
}

} // namespace detail

/// A series whose times are as they came, at the times of a grid. Missing values, NaN, are as if they were
/// not there.
///
///     const sequences::Grid hours{.step = 3600, .how = sequences::Resampling::linear, .max_gap = 7200};
///     const auto hourly = sequences::resample(times, values, hours);
///
/// Throws Error unless the times rise and are as many as the values.
inline Resampled resample(std::span<const double> times, std::span<const double> values, const Grid& grid) {
    if (times.size() != values.size())
        throw Error("resample: expected a value for each of " + std::to_string(times.size()) +
                    " times, got " + std::to_string(values.size()));
    detail::check_times(times, grid);
    return core::within_memory("resample", [&] {
        Resampled result{detail::grid_times(times, grid), {}};
        result.values = detail::values_at(result.times, times, values, grid);
        return result;
    });
}

/// The same of a table: its column `time`, of numbers or dates, and all its other columns. Of categories and
/// of further dates there is no mean and nothing between two: they are as of `Resampling::last`.
inline Table resample(const Table& table, std::string_view time, const Grid& grid) {
    const bool dates = table.type(time) == ColumnType::date;
    const std::span<const double> times = dates ? table.dates(time) : table.numbers(time);
    detail::check_times(times, grid);
    return core::within_memory("resample", [&] {
        const std::vector<double> at = detail::grid_times(times, grid);
        Grid last = grid;
        last.how = Resampling::last;
        Table result;
        for (const std::string& name : table.names())
            if (name == time)
                result = result.with(name, dates ? Column::of_dates(at) : Column::of_numbers(at));
            else if (table.type(name) == ColumnType::number)
                result = result.with(name, detail::values_at(at, times, table.numbers(name), grid));
            else if (table.type(name) == ColumnType::date)
                result = result.with(name,
                                     Column::of_dates(detail::values_at(at, times, table.dates(name), last)));
            else
                result = result.with(name, detail::categories_at(at, times, table.column(name), last));
        return result;
    });
}

} // namespace burin::data::sequences
