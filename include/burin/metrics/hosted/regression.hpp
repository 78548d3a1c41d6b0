#pragma once

#include "burin/core/shape.hpp"
#include "burin/metrics/hosted/numbers.hpp"
#include "burin/metrics/mean_absolute_error.hpp"
#include "burin/metrics/mean_absolute_percentage_error.hpp"
#include "burin/metrics/mean_squared_error.hpp"
#include "burin/metrics/r_squared.hpp"
#include "burin/metrics/root_mean_squared_error.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

// How near numbers are to their targets. All throw Error if there are none, or not as many of both, or of the
// weights if any, or if one is not finite.

namespace burin::metrics {

namespace detail {

inline void check_numbers(const Numbers& targets, const Numbers& predicted, const Numbers& weights,
                          std::string_view who) {
    check_count(predicted.size(), targets.size(), who, "predictions");
    check_finite(targets, who, "target");
    check_finite(predicted, who, "prediction");
    check_weights(weights, targets.size(), who);
}

template <class M>
double result_of(const Numbers& targets, const Numbers& predicted, const Numbers& weights) {
    check_numbers(targets, predicted, weights, M::name);
    M metric;
    metric.template update<Shape{1}>(predicted.data(), targets.data(), targets.size(),
                                     weights.empty() ? nullptr : weights.data());
    return metric.result();
}

} // namespace detail

inline double mean_absolute_error(const Numbers& targets, const Numbers& predicted,
                                  const Numbers& weights = {}) {
    return detail::result_of<MeanAbsoluteError>(targets, predicted, weights);
}
inline double mean_squared_error(const Numbers& targets, const Numbers& predicted,
                                 const Numbers& weights = {}) {
    return detail::result_of<MeanSquaredError>(targets, predicted, weights);
}
inline double root_mean_squared_error(const Numbers& targets, const Numbers& predicted,
                                      const Numbers& weights = {}) {
    return detail::result_of<RootMeanSquaredError>(targets, predicted, weights);
}
/// A share, not percent; a target of 0 makes it huge.
inline double mean_absolute_percentage_error(const Numbers& targets, const Numbers& predicted,
                                             const Numbers& weights = {}) {
    return detail::result_of<MeanAbsolutePercentageError>(targets, predicted, weights);
}
/// See `RSquared`. NaN of fewer than two.
inline double r_squared(const Numbers& targets, const Numbers& predicted, const Numbers& weights = {}) {
    return detail::result_of<RSquared<1>>(targets, predicted, weights);
}

/// The median of |y − t|: half of the errors are no larger. Where two are in the middle their mean is taken,
/// as are those on either side of half of the weight.
inline double median_absolute_error(const Numbers& targets, const Numbers& predicted,
                                    const Numbers& weights = {}) {
    detail::check_numbers(targets, predicted, weights, "median_absolute_error");
    std::vector<std::pair<double, double>> errors; // And their weights.
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (const double weight = detail::weight_at(weights, i); weight != 0)
            errors.emplace_back(std::abs(predicted[i] - targets[i]), weight);
    std::sort(errors.begin(), errors.end());
    double all = 0, before = 0;
    for (const auto& [error, weight] : errors)
        all += weight;
    for (std::size_t i = 0; i + 1 < errors.size(); ++i) {
        before += errors[i].second;
        if (before - all / 2 > std::numeric_limits<double>::epsilon())
            return errors[i].first;
        if (before >= all / 2)
            return (errors[i].first + errors[i + 1].first) / 2;
    }
    return errors.back().first;
}

} // namespace burin::metrics
