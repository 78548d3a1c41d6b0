#pragma once

#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::metrics {

/// The mean of |y − t| / |t| over all elements: a share, not percent. As in scikit-learn |t| is at least
/// 2⁻⁵², so a target of 0 makes it huge.
struct MeanAbsolutePercentageError {
    Mean mean{};

    static constexpr std::string_view name = "mean_absolute_percentage_error";

    static constexpr double least = 0x1p-52;

    void reset() noexcept { mean = {}; }

    template <Shape Output, class Scalar>
    void update(const Scalar* outputs, const Scalar* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        for_each_position<Output.size()>(rows, weights, [&](std::size_t i, double weight) {
            const auto target = static_cast<double>(targets[i]);
            const double difference = static_cast<double>(outputs[i]) - target;
            const double size = target < 0 ? -target : target;
            // Not "size > least": of a target that is NaN the error is.
            mean.add((difference < 0 ? -difference : difference) / (size <= least ? least : size), weight);
        });
    }

    void merge(const MeanAbsolutePercentageError& other) noexcept { mean.merge(other.mean); }
    double result() const noexcept { return mean.value(); }
    std::array<double, 2> state() const noexcept { return mean.state(); }
    void restore(const std::array<double, 2>& state) noexcept { mean.restore(state); }
};

} // namespace burin::metrics
