#pragma once

#include "burin/core/language.hpp"

#include <cstddef>

namespace burin::explain {

/// Where a function on [0, 1] is sampled, and what the sample counts in its integral.
struct QuadratureNode {
    double position = 0;
    double weight = 0;
};

/// How an integral becomes a sum of n terms.
enum class Quadrature {
    midpoint,       ///< Equal steps, each by its middle. The error falls with n².
    gauss_legendre, ///< Exact for polynomials of degree 2n − 1; for smooth functions much better than steps.
};

namespace detail {

/// cos x for 0 ≤ x ≤ π, to some 10⁻⁷: where Newton's method begins.
constexpr double near_cosine(double x) {
    double term = 1, sum = 1;
    for (int i = 1; i <= 12; ++i) {
        term *= -x * x / ((2 * i - 1) * (2 * i));
        sum += term;
    }
    return sum;
}

/// Node `index` of the Gauss-Legendre rule: a zero x of the Legendre polynomial P of degree `count`, with the
/// weight 2 / ((1 − x²) · P'(x)²), both for [−1, 1], moved to [0, 1].
constexpr QuadratureNode gauss_legendre(std::size_t count, std::size_t index) {
    constexpr double pi = 3.14159265358979323846;
    const auto n = static_cast<double>(count);
    double x = -near_cosine(pi * (static_cast<double>(index) + 0.75) / (n + 0.5)), slope = 1;
    for (int repeat = 0; repeat < 6; ++repeat) {
        double value = 1, before = 0;
        for (std::size_t k = 1; k <= count; ++k) {
            const auto degree = static_cast<double>(k);
            const double next = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
            before = value;
            value = next;
        }
        slope = n * (x * value - before) / (x * x - 1);
        x -= value / slope;
    }
    return {(1 + x) / 2, 1 / ((1 - x * x) * slope * slope)};
}

} // namespace detail

/// Node `index` < `count` of a rule. Positions grow with the index; the weights add up to 1.
constexpr QuadratureNode quadrature_node(Quadrature rule, std::size_t count, std::size_t index) {
    if (rule == Quadrature::gauss_legendre)
        return detail::gauss_legendre(count, index);
    return {(static_cast<double>(index) + 0.5) / static_cast<double>(count), 1 / static_cast<double>(count)};
}

} // namespace burin::explain
