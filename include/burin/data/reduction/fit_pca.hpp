#pragma once

// Needs Eigen.

#include "burin/data/reduction/pca.hpp"
#include "burin/data/reduction/points.hpp"
#include "burin/data/reduction/principal_components.hpp"
#include "burin/data/reduction/whiten.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data {

namespace detail {

/// The components of what a stage is fitted on.
template <PCAOptions Options, class Samples>
PrincipalComponents components_for(const Samples& samples, std::size_t count) {
    const std::vector<double> points = finite_points(samples);
    if (samples.size() <= count)
        samples.refuse("expected more than " + std::to_string(count) + " samples, got " +
                       std::to_string(samples.size()));
    if constexpr (Options.solver == PrincipalSolver::randomized)
        return principal_components(points, samples.width(), count, RandomizedSolver{.seed = samples.seed()});
    else
        return principal_components(points, samples.width(), count);
}

/// `scale(component)` is what a component's coordinates are divided by.
template <class F, class Scale>
void set_projection(F& fitted, const PrincipalComponents& found, const Scale& scale) {
    using Scalar = std::remove_cvref_t<decltype(fitted.mean[0])>;
    const std::size_t width = found.mean.size();
    for (std::size_t f = 0; f < width; ++f)
        fitted.mean[f] = static_cast<Scalar>(found.mean[f]);
    for (std::size_t i = 0; i < found.components.size(); ++i)
        fitted.matrix[i] = static_cast<Scalar>(found.components[i] / scale(i / width));
}

} // namespace detail

template <std::size_t Components, PCAOptions Options>
template <class F, class Samples>
void PCA<Components, Options>::fit(F& fitted, const Samples& samples) {
    detail::set_projection(fitted, detail::components_for<Options>(samples, Components),
                           [](std::size_t) { return 1.0; });
}

template <std::size_t Components, PCAOptions Options>
template <class F, class Samples>
void Whiten<Components, Options>::fit(F& fitted, const Samples& samples) {
    const PrincipalComponents found = detail::components_for<Options>(samples, Components);
    detail::set_projection(fitted, found, [&](std::size_t k) {
        return std::max(std::sqrt(found.explained_variance[k]), std::numeric_limits<double>::epsilon());
    });
}

template <double Epsilon>
template <class F, class Samples>
void WhitenZCA<Epsilon>::fit(F& fitted, const Samples& samples) {
    using Scalar = std::remove_cvref_t<decltype(fitted.mean[0])>;
    const std::size_t width = samples.width();
    const PrincipalComponents found = detail::components_for<PCAOptions{}>(samples, width);
    for (std::size_t f = 0; f < width; ++f)
        fitted.mean[f] = static_cast<Scalar>(found.mean[f]);
    for (std::size_t a = 0; a < width; ++a)
        for (std::size_t b = 0; b < width; ++b) {
            double sum = 0;
            for (std::size_t k = 0; k < width; ++k)
                sum += found.components[k * width + a] * found.components[k * width + b] /
                       std::sqrt(std::max(found.explained_variance[k] + Epsilon,
                                          std::numeric_limits<double>::min()));
            fitted.matrix[a * width + b] = static_cast<Scalar>(sum);
        }
}

} // namespace burin::data
