#pragma once

#include "burin/core/assert.hpp"
#include "burin/explain/quadrature.hpp"
#include "burin/explain/target.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin::explain {

/// What the attributions of a sample add up to, and what they should add up to.
struct Completeness {
    double value = 0;          ///< The target y at the sample.
    double baseline_value = 0; ///< At the baseline.
    double attributed = 0;     ///< The sum of the attributions.

    /// How far they are from each other.
    constexpr double error() const {
        const double difference = attributed - (value - baseline_value);
        return difference < 0 ? -difference : difference;
    }
};

/// How much of the difference y(x) − y(x′) each input element makes, where x′ is a baseline (black, silence,
/// means): (xᵢ − x′ᵢ) · ∫₀¹ ∂y / ∂xᵢ (x′ + α · (x − x′)) dα. The attributions add up to the difference; how
/// nearly they do is returned, and tells whether `steps` suffice. Sundararajan, Taly and Yan, "Axiomatic
/// Attribution for Deep Networks", arXiv:1703.01365.
///
///     const auto check = explain::IntegratedGradients{.steps = 50}(explainer, parameters, sample,
///                                                                  {.element = 3}, attribution);
///     // check.error() is small beside check.value - check.baseline_value
///
/// The baseline is all zeros, or the sample that is given behind `attribution`. Each step is a run of one
/// row: an Explainer with a larger batch does several at a time.
struct IntegratedGradients {
    std::size_t steps = 50;
    Quadrature rule = Quadrature::gauss_legendre;

    template <class Explainer>
    Completeness operator()(Explainer& explainer, typename Explainer::Pointers parameters,
                            std::span<const typename Explainer::Scalar> sample, const Target& target,
                            std::span<typename Explainer::Scalar> attribution,
                            std::span<const typename Explainer::Scalar> baseline = {}) const noexcept {
        using Scalar = typename Explainer::Scalar;
        BURIN_ASSERT(steps > 0, "IntegratedGradients: expected at least one step");
        BURIN_ASSERT(baseline.empty() || baseline.size() == sample.size(),
                     "IntegratedGradients: expected a baseline as large as the sample");
        if (!detail::fits<Explainer>(sample, attribution, Explainer::sample_size) || steps == 0 ||
            (!baseline.empty() && baseline.size() != sample.size()))
            return {};
        const auto start = [&](std::size_t i) { return baseline.empty() ? Scalar(0) : baseline[i]; };
        Completeness result;
        std::ranges::fill(attribution, Scalar(0));
        // Behind the steps the ends of the way, for the values there.
        detail::run_all(
            explainer, parameters, steps + 2, target,
            [&](std::size_t index, std::size_t row) {
                if (index == steps)
                    return explainer.put(row, sample);
                const auto position = index > steps
                                          ? Scalar(0)
                                          : static_cast<Scalar>(quadrature_node(rule, steps, index).position);
                explainer.for_each_input([&](auto input, std::size_t first) {
                    constexpr std::size_t size = Explainer::input_shapes[input.value].size();
                    Scalar* const to = explainer.template input<input.value>().data() + row * size;
                    for (std::size_t i = 0; i < size; ++i)
                        to[i] = start(first + i) + position * (sample[first + i] - start(first + i));
                });
            },
            [&](std::size_t index, std::size_t row) {
                if (index >= steps) {
                    (index == steps ? result.value : result.baseline_value) =
                        static_cast<double>(detail::value_of(explainer, target, row));
                    return;
                }
                const auto weight = static_cast<Scalar>(quadrature_node(rule, steps, index).weight);
                detail::for_each_gradient(explainer, row, [&](std::size_t i, Scalar gradient) {
                    attribution[i] += weight * gradient;
                });
            });
        for (std::size_t i = 0; i < attribution.size(); ++i) {
            attribution[i] *= sample[i] - start(i);
            result.attributed += static_cast<double>(attribution[i]);
        }
        return result;
    }
};

} // namespace burin::explain
