#pragma once

// Needs Eigen.

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/reduction/points.hpp"
#include "burin/data/reduction/principal_components.hpp"
#include "burin/data/reduction/tsne.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

namespace burin::data {

/// The samples of a set in the plane by t-SNE, from their first two principal components on.
///
///     const data::Embedding map = data::tsne(digits, {.perplexity = 30});
///     report::save_svg("digits.svg", report::scatter_svg(map.places, digits.labels()));
///
/// Throws Error for fewer than three samples or two features.
template <class Target, class Scalar>
Embedding tsne(const Dataset<Target, Scalar>& data, const TSNE& options = {}) {
    return core::within_memory("tsne", [&] {
        const std::vector<double> points = detail::points_of(data, "tsne");
        const std::size_t width = data.input_shape().size();
        const PrincipalComponents two = principal_components(points, width, 2, "tsne");
        const double deviation = two.singular_values[0] / std::sqrt(static_cast<double>(data.size()));
        std::vector<double> start;
        for (std::size_t i = 0; i < data.size(); ++i)
            for (std::size_t k = 0; k < 2; ++k) {
                double sum = 0;
                for (std::size_t f = 0; f < width; ++f)
                    sum += two.components[k * width + f] * (points[i * width + f] - two.mean[f]);
                start.push_back(deviation > 0 ? sum / deviation * 1e-4 : 0);
            }
        return tsne(points, width, start, options);
    });
}

} // namespace burin::data
