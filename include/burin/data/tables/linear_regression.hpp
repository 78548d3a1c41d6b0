#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace burin::data {

/// How `linear_coefficients` keeps coefficients from growing.
enum class Ridge {
    none,    ///< Least squares; of several solutions the shortest.
    bayesian ///< As much as the data say is likely: MacKay, "Bayesian Interpolation", Neural Computation 4
             ///< (1992).
};

namespace detail {

/// The eigenvalues of a symmetric matrix, in `values`, and its eigenvectors, as the columns of `vectors`:
/// Jacobi's rotations. Of the matrix nothing stays.
inline void symmetric_eigen(std::span<double> matrix, std::span<double> values,
                            std::span<double> vectors) noexcept {
    const std::size_t n = values.size();
    for (std::size_t i = 0; i < n * n; ++i)
        vectors[i] = i % (n + 1) == 0 ? 1 : 0;
    for (int sweep = 0; sweep < 60; ++sweep) {
        double off = 0, all = 0;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                all += matrix[i * n + j] * matrix[i * n + j];
                off += i == j ? 0 : matrix[i * n + j] * matrix[i * n + j];
            }
        if (!(off > 1e-40 * all))
            break;
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q) {
                const double across = matrix[p * n + q];
                if (across == 0)
                    continue;
                const double theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * across);
                const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
                const double c = 1 / std::sqrt(t * t + 1), s = t * c;
                const auto turn = [&](double& a, double& b) {
                    const double before = a;
                    a = c * before - s * b;
                    b = s * before + c * b;
                };
                for (std::size_t k = 0; k < n; ++k)
                    turn(matrix[k * n + p], matrix[k * n + q]);
                for (std::size_t k = 0; k < n; ++k)
                    turn(matrix[p * n + k], matrix[q * n + k]);
                for (std::size_t k = 0; k < n; ++k)
                    turn(vectors[k * n + p], vectors[k * n + q]);
            }
    }
    for (std::size_t i = 0; i < n; ++i)
        values[i] = matrix[i * (n + 1)];
}

} // namespace detail

/// The coefficients of a linear regression of centred numbers: `gram` is XᵀX (and is used up), `moment` Xᵀy,
/// `square` yᵀy and `samples` how many there were. `scratch` has (n + 3) · n elements for n coefficients.
/// `Ridge::bayesian` gives those of scikit-learn's BayesianRidge with its defaults.
inline void linear_coefficients(std::span<double> gram, std::span<const double> moment, double square,
                                std::size_t samples, Ridge ridge, std::span<double> coefficients,
                                std::span<double> scratch) noexcept {
    const std::size_t n = coefficients.size();
    const auto vectors = scratch.first(n * n), eigenvalues = scratch.subspan(n * n, n),
               turned = scratch.subspan(n * n + n, n), old = scratch.subspan(n * n + 2 * n, n);
    detail::symmetric_eigen(gram, eigenvalues, vectors);
    double largest = 0;
    for (std::size_t k = 0; k < n; ++k) {
        largest = std::max(largest, eigenvalues[k]);
        turned[k] = 0;
        for (std::size_t i = 0; i < n; ++i)
            turned[k] += vectors[i * n + k] * moment[i];
    }
    // Along eigenvectors whose values are 0 but for rounding, the numbers say nothing.
    const double nothing = largest * static_cast<double>(n) * std::numeric_limits<double>::epsilon();
    const auto solve = [&](double penalty) {
        for (std::size_t i = 0; i < n; ++i) {
            coefficients[i] = 0;
            for (std::size_t k = 0; k < n; ++k)
                if (eigenvalues[k] > nothing)
                    coefficients[i] += vectors[i * n + k] * turned[k] / (eigenvalues[k] + penalty);
        }
    };
    if (ridge == Ridge::none)
        return solve(0);

    constexpr double prior = 1e-6; // Of the gamma distributions of both precisions: shape and rate.
    const auto count = static_cast<double>(samples);
    double noise = 1 / (square / count + std::numeric_limits<double>::epsilon()), weights = 1;
    for (int round = 0; round < 300; ++round) {
        solve(weights / noise);
        double known = 0, length = 0, errors = square, change = 0;
        for (std::size_t k = 0; k < n; ++k) {
            // The squared error, |y|² − Σ (vᵀXᵀy)² (2/(e + p) − e/(e + p)²), along each eigenvector.
            if (eigenvalues[k] > nothing) {
                const double inverse = 1 / (eigenvalues[k] + weights / noise);
                errors -= turned[k] * turned[k] * inverse * (2 - eigenvalues[k] * inverse);
                known += noise * eigenvalues[k] / (weights + noise * eigenvalues[k]);
            }
            length += coefficients[k] * coefficients[k];
            change += std::abs(coefficients[k] - old[k]);
            old[k] = coefficients[k];
        }
        weights = (known + 2 * prior) / (length + 2 * prior);
        noise = (count - known + 2 * prior) / (std::max(errors, 0.0) + 2 * prior);
        if (round > 0 && change < 1e-3)
            break;
    }
    solve(weights / noise);
}

} // namespace burin::data
