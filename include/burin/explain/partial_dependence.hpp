#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/explain/target.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace burin::explain {

/// At which values of a feature a model is asked.
struct Grid {
    std::size_t resolution = 100; ///< Numbers of equal distance; the data's own where these are fewer.
    double low = 0.05;            ///< Between these quantiles of the data.
    double high = 0.95;
    std::vector<double> values{}; ///< These instead, where given.
};

/// What the outputs are on average where a feature has a value.
struct PartialDependence {
    std::vector<double> values;                  ///< Of the feature.
    std::vector<double> average;                 ///< Of the target, one for each value.
    std::vector<std::vector<double>> individual; ///< Of each sample, a curve as `average` (ICE curves).
};

namespace detail {

/// As scipy's mquantiles with its α = β = 0.4, which scikit-learn uses; `sorted` is not empty.
inline double quantile(std::span<const double> sorted, double share) {
    const auto count = static_cast<double>(sorted.size());
    const double place = std::clamp(count * share + 0.4 + share * 0.2, 1.0, count);
    const auto below = static_cast<std::size_t>(place);
    const double above = sorted[std::min(below, sorted.size() - 1)];
    return sorted[below - 1] + (place - std::floor(place)) * (above - sorted[below - 1]);
}

} // namespace detail

/// How a target depends on one feature: for each value of a grid, the mean of the target over the data with
/// this value in place of every sample's own, and each sample's curve. Where features hang together it asks
/// for samples that there are not. Friedman, "Greedy Function Approximation", Annals of Statistics 29 (2001);
/// Goldstein et al., arXiv:1309.6392. The grid is scikit-learn's.
///
///     const auto curve = explain::partial_dependence(model, data, /*feature*/ 2, {.element = 1});
///     const std::vector lines{report::Line{"", curve.values, curve.average}};
///     report::save_svg("dependence.svg", report::svg_plot(lines));
///
/// Throws Error if the data do not fit the network or have no sample, if the feature or the target does not
/// exist, or if a value of the feature is not finite.
template <class Net, class Scalar, class Data>
PartialDependence partial_dependence(const Model<Net, Scalar>& model, const Data& data, std::size_t feature,
                                     const Target& target = {}, const Grid& grid = {}) {
    return core::within_memory("partial_dependence", [&] {
        static_assert(engine::Network<Net>::output_count == 1,
                      "partial_dependence takes a network of one output");
        constexpr std::size_t size = output_shape<Net>.size();
        std::vector<Scalar> inputs = burin::detail::inputs_of<Net, Scalar>(data);
        const std::size_t rows = data.size(), features = data.input_shape().size();
        if (rows == 0)
            throw Error("partial_dependence: expected at least one sample, got none");
        if (feature >= features || target.element >= size)
            throw Error("partial_dependence: expected a feature below " + std::to_string(features) +
                        " and an element of the output below " + std::to_string(size) + ", got " +
                        std::to_string(feature) + " and " + std::to_string(target.element));
        if (grid.values.empty() &&
            (grid.resolution < 2 || !(grid.low >= 0 && grid.low < grid.high && grid.high <= 1)))
            throw Error(
                "partial_dependence: expected a resolution of at least 2 and 0 <= low < high <= 1, got " +
                std::to_string(grid.resolution) + ", " + std::to_string(grid.low) + " and " +
                std::to_string(grid.high));

        PartialDependence result;
        result.values = grid.values;
        if (result.values.empty()) {
            std::vector<double> sorted(rows);
            for (std::size_t row = 0; row < rows; ++row)
                sorted[row] = static_cast<double>(inputs[row * features + feature]);
            for (std::size_t row = 0; row < rows; ++row)
                if (!std::isfinite(sorted[row]))
                    throw Error("partial_dependence: sample " + std::to_string(row) +
                                ": expected a finite number, got " + std::to_string(sorted[row]));
            std::ranges::sort(sorted);
            const double low = detail::quantile(sorted, grid.low), high = detail::quantile(sorted, grid.high);
            result.values = sorted;
            result.values.erase(std::unique(result.values.begin(), result.values.end()), result.values.end());
            if (result.values.size() >= grid.resolution) {
                result.values.resize(grid.resolution);
                for (std::size_t i = 0; i < grid.resolution; ++i)
                    result.values[i] = low + (high - low) * static_cast<double>(i) /
                                                 static_cast<double>(grid.resolution - 1);
            }
        }
        result.individual.resize(rows);
        for (const double value : result.values) {
            for (std::size_t row = 0; row < rows; ++row)
                inputs[row * features + feature] = static_cast<Scalar>(value);
            const std::vector<Scalar> outputs = predict(model, std::span<const Scalar>(inputs));
            double sum = 0;
            for (std::size_t row = 0; row < rows; ++row) {
                result.individual[row].push_back(static_cast<double>(outputs[row * size + target.element]));
                sum += result.individual[row].back();
            }
            result.average.push_back(sum / static_cast<double>(rows));
        }
        return result;
    });
}

} // namespace burin::explain
