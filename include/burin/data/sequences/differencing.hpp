#pragma once

#include "burin/core/error.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace burin::data::sequences {

/// Of which differences.
struct Differencing {
    std::size_t order = 1;
    /// From how many steps before: 12 for months that are compared with those a year ago.
    std::size_t season = 1;
};

/// Each value less that a season before, `order` times over: takes a trend, or with a season a season, out of
/// a series. As pandas's `diff` without the `order` · `season` values in front that have no difference.
/// Throws Error for an order or season of 0, and where nothing is left.
///
///     const auto changes = sequences::difference(sales, {.season = 12});
///     const auto again = sequences::undifference(changes, std::span(sales).first(12), {.season = 12});
inline std::vector<double> difference(std::span<const double> series, const Differencing& of = {}) {
    if (of.order == 0 || of.season == 0)
        throw Error("difference: expected an order and a season of at least 1, got " +
                    std::to_string(of.order) + " and " + std::to_string(of.season));
    if (of.season > series.size() || of.order > (series.size() - 1) / of.season)
        throw Error("difference: expected a series of more than " + std::to_string(of.order) + " · " +
                    std::to_string(of.season) + " values, got " + std::to_string(series.size()));
    std::vector<double> values(series.begin(), series.end());
    for (std::size_t order = 0; order < of.order; ++order) {
        for (std::size_t i = 0; i + of.season < values.size(); ++i)
            values[i] = values[i + of.season] - values[i];
        values.resize(values.size() - of.season);
    }
    return values;
}

/// What `difference` was taken of, given the values in front, `order` · `season` of them: the whole series.
/// Also of forecasts, whose values in front are the last known ones. Throws Error for another number of them.
inline std::vector<double> undifference(std::span<const double> differences, std::span<const double> front,
                                        const Differencing& of = {}) {
    if (of.order == 0 || of.season == 0 || front.size() != of.order * of.season)
        throw Error("undifference: expected the " + std::to_string(of.order * of.season) +
                    " values in front of the differences, got " + std::to_string(front.size()));
    // The values in front of each order's differences.
    std::vector<std::vector<double>> fronts{{front.begin(), front.end()}};
    for (std::size_t order = 1; order < of.order; ++order)
        fronts.push_back(difference(fronts.back(), {1, of.season}));
    std::vector<double> values(differences.begin(), differences.end());
    for (std::size_t order = of.order; order-- > 0;) {
        std::vector<double> whole(fronts[order].begin(),
                                  fronts[order].begin() + static_cast<std::ptrdiff_t>(of.season));
        for (const double value : values)
            whole.push_back(value + whole[whole.size() - of.season]);
        values = std::move(whole);
    }
    return values;
}

} // namespace burin::data::sequences
