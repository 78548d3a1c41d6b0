#pragma once

#include "burin/metrics/mean_squared_error.hpp"

#include <cmath>
#include <string_view>

namespace burin::metrics {

/// The root of the mean of (y − t)² over all elements, in the units of the targets. (scikit-learn's is the
/// mean of that of each output; this one is Keras's.)
struct RootMeanSquaredError : MeanSquaredError {
    static constexpr std::string_view name = "root_mean_squared_error";

    double result() const noexcept { return std::sqrt(mean.value()); }
};

} // namespace burin::metrics
