#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

/// What check_gradient says of each variable; a function of its own, so that it is compiled once.
inline void check_each_difference(std::span<const double> variables, std::span<const double> numeric,
                                  std::span<const double> analytic) {
    for (std::size_t i = 0; i < variables.size(); ++i) {
        INFO("variable " << i << " at " << variables[i] << ": central differences " << numeric[i]
                         << ", analytic " << analytic[i]);
        CHECK(std::abs(numeric[i] - analytic[i]) < 1e-6 * std::max(1.0, std::abs(numeric[i])));
    }
}

/// Checks an analytic gradient of `function()` against central differences in every one of `variables`, which
/// the function reads: relative error below 1e-6.
template <class Function>
void check_gradient(Function function, std::span<double> variables, std::span<const double> analytic,
                    double step = 1e-5) {
    REQUIRE(variables.size() == analytic.size());
    std::vector<double> numeric;
    for (double& variable : variables) {
        const double kept = variable;
        variable = kept + step;
        const double above = function();
        variable = kept - step;
        const double below = function();
        variable = kept;
        numeric.push_back((above - below) / (2 * step));
    }
    check_each_difference(variables, numeric, analytic);
}

/// The same for the function Σ weights · outputs(), of which `analytic` is the gradient that a backward pass
/// finds when it starts from the weights.
template <class Weights, class Outputs>
void check_gradient_of_weighted_sum(const Weights& weights, Outputs outputs, std::span<double> variables,
                                    std::span<const double> analytic) {
    check_gradient(
        [&] {
            const auto y = outputs();
            double sum = 0;
            for (std::size_t i = 0; i < y.size(); ++i)
                sum += weights[i] * y[i];
            return sum;
        },
        variables, analytic);
}
