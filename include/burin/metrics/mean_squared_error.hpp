#pragma once

#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::metrics {

/// The mean of (y − t)² over all elements.
struct MeanSquaredError {
    Mean mean{};

    static constexpr std::string_view name = "mean_squared_error";

    void reset() noexcept { mean = {}; }

    template <Shape Output, class Scalar>
    void update(const Scalar* outputs, const Scalar* targets, std::size_t rows) noexcept {
        for (std::size_t i = 0; i < rows * Output.size(); ++i) {
            const double difference = static_cast<double>(outputs[i]) - static_cast<double>(targets[i]);
            mean.sum += difference * difference;
        }
        mean.count += rows * Output.size();
    }

    double result() const noexcept { return mean.value(); }
    std::array<double, 2> state() const noexcept { return mean.state(); }
    void restore(const std::array<double, 2>& state) noexcept { mean.restore(state); }
};

} // namespace burin::metrics
