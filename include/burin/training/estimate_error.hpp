#pragma once

#include "burin/core/shape.hpp"
#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::detail {

/// The mean of |estimate − target| of a loss whose outputs are more than a number for each target, as a mean
/// and its variance, or the logarithm of a rate.
template <class Loss>
struct EstimateError {
    Loss loss{};
    metrics::Mean mean{};

    static constexpr std::string_view name = "mean_absolute_error";
    static constexpr bool takes_any_targets = true;

    void reset() noexcept { mean = {}; }

    template <Shape Output, class Scalar>
    void update(const Scalar* outputs, const Scalar* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        constexpr std::size_t size = losses::target_size<Loss>(Output);
        metrics::for_each_position<size>(rows, weights, [&](std::size_t i, double weight) {
            const double difference =
                loss.template estimate<Output>(outputs + i / size * Output.size(), i % size) -
                static_cast<double>(targets[i]);
            mean.add(difference < 0 ? -difference : difference, weight);
        });
    }

    void merge(const EstimateError& other) noexcept { mean.merge(other.mean); }
    double result() const noexcept { return mean.value(); }
    std::array<double, 2> state() const noexcept { return mean.state(); }
    void restore(const std::array<double, 2>& state) noexcept { mean.restore(state); }
};

/// Whether a loss says what its outputs expect of each target.
template <class Loss>
inline constexpr bool has_estimate = requires(const Loss loss, const float* outputs) {
    loss.template estimate<Shape{1}>(outputs, std::size_t(0));
};

} // namespace burin::detail
