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
    void update(const Scalar* outputs, const Scalar* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        for_each_position<Output.size()>(rows, weights, [&](std::size_t i, double weight) {
            const double difference = static_cast<double>(outputs[i]) - static_cast<double>(targets[i]);
            mean.add(difference * difference, weight);
        });
    }

    void merge(const MeanSquaredError& other) noexcept { mean.merge(other.mean); }
    double result() const noexcept { return mean.value(); }
    std::array<double, 2> state() const noexcept { return mean.state(); }
    void restore(const std::array<double, 2>& state) noexcept { mean.restore(state); }
};

} // namespace burin::metrics
