#pragma once

#include "burin/core/error.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/sequences/seasonal_decompose.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data::sequences {

/// How smooth `stl` takes season and trend to be: of how many values each is a local line. Odd numbers of at
/// least 3.
struct Stl {
    std::size_t seasonal = 7; ///< Seasons: the more, the less the season changes.
    /// Steps, above the period; 0: the least odd one of at least 1.5 periods / (1 − 1.5 / seasonal).
    std::size_t trend = 0;
    std::size_t low_pass =
        0;               ///< Steps, above the period, that the season must not hold; 0: the next odd one.
    bool robust = false; ///< Whether values that fit badly count less, so that outliers end up in the rest.
};

namespace detail {

/// A line through the values from `first` to before `last` near the place `at` (from −1 to their number),
/// each with a weight that falls with its distance; NaN where all weights are 0. `weights` is empty, or has a
/// further weight for each.
inline double loess_at(std::span<const double> values, std::span<const double> weights, std::size_t length,
                       double at, std::size_t first, std::size_t last) {
    double far = std::max(at - static_cast<double>(first), static_cast<double>(last - 1) - at);
    if (length > values.size())
        far += static_cast<double>((length - values.size()) / 2);
    const auto weight = [&](std::size_t i) {
        const double distance = std::abs(static_cast<double>(i) - at), share = distance / far;
        if (distance > 0.999 * far)
            return 0.0;
        const double near = 1 - share * share * share;
        return (distance <= 0.001 * far ? 1 : near * near * near) * (weights.empty() ? 1 : weights[i]);
    };
    double all = 0, place = 0, spread = 0;
    for (std::size_t i = first; i < last; ++i) {
        all += weight(i);
        place += weight(i) * static_cast<double>(i);
    }
    if (!(all > 0))
        return std::numeric_limits<double>::quiet_NaN();
    place /= all;
    for (std::size_t i = first; i < last; ++i)
        spread += weight(i) / all * (static_cast<double>(i) - place) * (static_cast<double>(i) - place);
    // Without values at different places there is no slope.
    const bool slopes = far > 0 && std::sqrt(spread) > 0.001 * static_cast<double>(values.size() - 1);
    const double slope = slopes ? (at - place) / spread : 0;
    double result = 0;
    for (std::size_t i = first; i < last; ++i)
        result += weight(i) / all * (1 + slope * (static_cast<double>(i) - place)) * values[i];
    return result;
}

/// The same at every place, of the `length` values around it. What has no weight stays.
inline void loess(std::span<const double> values, std::span<const double> weights, std::size_t length,
                  std::span<double> smooth) {
    const std::size_t count = values.size(), kept = std::min(length, count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t half = (length - 1) / 2, first = i > half ? std::min(i - half, count - kept) : 0;
        const double found = loess_at(values, weights, length, static_cast<double>(i), first, first + kept);
        smooth[i] = std::isnan(found) ? values[i] : found;
    }
}

inline std::vector<double> moving_average(std::span<const double> values, std::size_t length) {
    std::vector<double> means(values.size() + 1 - length);
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        sum += values[i] - (i >= length ? values[i - length] : 0);
        if (i + 1 >= length)
            means[i + 1 - length] = sum / static_cast<double>(length);
    }
    return means;
}

/// The values of each phase, smoothed, and one season more at both ends.
inline std::vector<double> smooth_phases(std::span<const double> values, std::span<const double> weights,
                                         std::size_t period, std::size_t length) {
    std::vector<double> result(values.size() + 2 * period), own, own_weights, smooth;
    for (std::size_t phase = 0; phase < period; ++phase) {
        own.clear();
        own_weights.clear();
        for (std::size_t i = phase; i < values.size(); i += period) {
            own.push_back(values[i]);
            if (!weights.empty())
                own_weights.push_back(weights[i]);
        }
        const std::size_t count = own.size(), kept = std::min(length, count);
        smooth.assign(count + 2, 0);
        loess(own, own_weights, length, std::span(smooth).subspan(1, count));
        const double before = loess_at(own, own_weights, length, -1, 0, kept);
        const double behind =
            loess_at(own, own_weights, length, static_cast<double>(count), count - kept, count);
        smooth.front() = std::isnan(before) ? smooth[1] : before;
        smooth.back() = std::isnan(behind) ? smooth[count] : behind;
        for (std::size_t i = 0; i < smooth.size(); ++i)
            result[i * period + phase] = smooth[i];
    }
    return result;
}

/// How much each value counts, by what of it is left: nothing from six times the median on.
inline void weigh_rest(const Decomposition& parts, std::vector<double>& weights) {
    std::vector<double> sizes;
    for (const double rest : parts.rest)
        sizes.push_back(std::abs(rest));
    std::vector<double> sorted = sizes;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t count = sorted.size();
    const double far = 3 * (sorted[count / 2] + sorted[count - count / 2 - 1]);
    weights.assign(count, 1);
    for (std::size_t i = 0; i < count && far > 0; ++i) {
        const double share = sizes[i] / far, near = 1 - share * share;
        weights[i] = share <= 0.001 ? 1 : share <= 0.999 ? near * near : 0;
    }
}

} // namespace detail

/// Takes a series apart into trend, season and rest that add up to it, without gaps at the ends and with a
/// season that may change over time: by lines through near values (loess), in turn for the season and the
/// trend, as statsmodels's `STL`.
///
///     const auto parts = sequences::stl(sales, 12, {.robust = true});
///
/// Throws Error unless there are two seasons of finite values. Cleveland, Cleveland, McRae and Terpenning,
/// "STL: A Seasonal-Trend Decomposition Procedure Based on Loess", Journal of Official Statistics 6 (1990).
inline Decomposition stl(std::span<const double> series, std::size_t period, Stl options = {}) {
    const std::size_t count = series.size();
    detail::check_seasons("stl", series, period, Composition::additive);
    const auto odd = [](double least) {
        const auto whole = static_cast<std::size_t>(std::ceil(least));
        return whole + (whole % 2 == 0);
    };
    const auto check = [&](const char* name, std::size_t length, std::size_t above) {
        if (length % 2 == 0 || length < 3 || length <= above)
            throw Error("stl: ." + std::string(name) + ": expected an odd number of at least 3 and above " +
                        std::to_string(above) + ", got " + std::to_string(length));
    };
    check("seasonal", options.seasonal, 0);
    const auto steps = static_cast<double>(period);
    if (options.trend == 0)
        options.trend = odd(1.5 * steps / (1 - 1.5 / static_cast<double>(options.seasonal)));
    if (options.low_pass == 0)
        options.low_pass = odd(steps + 1);
    check("trend", options.trend, period);
    check("low_pass", options.low_pass, period);
    Decomposition parts{std::vector<double>(count), std::vector<double>(count), std::vector<double>(count)};
    std::vector<double> weights, work(count), low(count);
    for (int outer = 0; outer < (options.robust ? 16 : 1); ++outer) {
        for (int inner = 0; inner < (options.robust ? 2 : 5); ++inner) {
            for (std::size_t i = 0; i < count; ++i)
                work[i] = series[i] - parts.trend[i];
            const auto phases = detail::smooth_phases(work, weights, period, options.seasonal);
            const auto averages = detail::moving_average(
                detail::moving_average(detail::moving_average(phases, period), period), 3);
            detail::loess(averages, {}, options.low_pass, low);
            for (std::size_t i = 0; i < count; ++i) {
                parts.seasonal[i] = phases[period + i] - low[i];
                work[i] = series[i] - parts.seasonal[i];
            }
            detail::loess(work, weights, options.trend, parts.trend);
        }
        for (std::size_t i = 0; i < count; ++i)
            parts.rest[i] = series[i] - parts.seasonal[i] - parts.trend[i];
        detail::weigh_rest(parts, weights);
    }
    return parts;
}

} // namespace burin::data::sequences
