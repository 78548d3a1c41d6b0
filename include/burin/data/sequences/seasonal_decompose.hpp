#pragma once

#include "burin/core/error.hpp"
#include "burin/data/number_text.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace burin::data::sequences {

/// Whether trend, season and rest are added, or multiplied: where the season is the larger the larger the
/// series is.
enum class Composition { additive, multiplicative };

/// What a series is the sum, or the product, of.
struct Decomposition {
    std::vector<double> trend, seasonal, rest;
};

namespace detail {

/// Throws Error unless there are two seasons of values that can be taken apart.
inline void check_seasons(const std::string& who, std::span<const double> series, std::size_t period,
                          Composition composition) {
    if (period < 2 || period > series.size() / 2)
        throw Error(who + ": expected a period of at least 2 and two of them, got a period of " +
                    std::to_string(period) + " and " + std::to_string(series.size()) + " values");
    const bool product = composition == Composition::multiplicative;
    for (std::size_t i = 0; i < series.size(); ++i)
        if (!std::isfinite(series[i]) || (product && !(series[i] > 0)))
            throw Error(who + ": value " + std::to_string(i) + ": expected a finite number" +
                        (product ? " above 0" : "") + ", got " + number_text(series[i]));
}

} // namespace detail

/// Takes a series apart: the trend is the moving average over a season around each value, the season the mean
/// of what is left in each of its phases (around 0, or around 1), as statsmodels's `seasonal_decompose`.
/// Trend and rest are NaN at both ends, where no full season lies around a value; `stl` has no such gaps.
///
///     const auto product = sequences::Composition::multiplicative;
///     const auto parts = sequences::seasonal_decompose(passengers, 12, product);
///
/// Throws Error unless there are two seasons of finite values, and for a product all above 0.
inline Decomposition seasonal_decompose(std::span<const double> series, std::size_t period,
                                        Composition composition = Composition::additive) {
    detail::check_seasons("seasonal_decompose", series, period, composition);
    const std::size_t count = series.size();
    const bool product = composition == Composition::multiplicative;
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    Decomposition parts{std::vector<double>(count, none), std::vector<double>(count),
                        std::vector<double>(count, none)};
    // With an even period both ends count half.
    const std::size_t half = period / 2;
    const double ends = period % 2 == 0 ? 0.5 : 1;
    const auto combine = [&](double whole, double part) { return product ? whole / part : whole - part; };
    std::vector<double> sums(period);
    std::vector<std::size_t> counts(period);
    for (std::size_t i = half; i + half < count; ++i) {
        double sum = ends * (series[i - half] + series[i + half]);
        for (std::size_t j = i - half + 1; j < i + half; ++j)
            sum += series[j];
        parts.trend[i] = sum / static_cast<double>(period);
        sums[i % period] += combine(series[i], parts.trend[i]);
        ++counts[i % period];
    }
    double mean = 0;
    for (std::size_t phase = 0; phase < period; ++phase) {
        sums[phase] /= static_cast<double>(counts[phase]);
        mean += sums[phase] / static_cast<double>(period);
    }
    for (std::size_t i = 0; i < count; ++i) {
        parts.seasonal[i] = combine(sums[i % period], mean);
        parts.rest[i] = combine(combine(series[i], parts.trend[i]), parts.seasonal[i]);
    }
    return parts;
}

} // namespace burin::data::sequences
