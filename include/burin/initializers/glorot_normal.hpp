#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/initializers/distributions.hpp"

#include <cmath>
#include <cstddef>

namespace burin::initializers {

/// Truncated normal of variance 2 / (fan_in + fan_out), as in Keras. Glorot and Bengio, AISTATS 2010
/// ("Xavier").
struct GlorotNormal {
    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, [[maybe_unused]] Fans fans,
              [[maybe_unused]] const RandomStream& stream) const noexcept {
        const double deviation =
            std::sqrt(2 * 1.0 / static_cast<double>(fans.in + fans.out)) / detail::truncation_correction;
        detail::fill_truncated_normal(values, shape.size(), 0, deviation, stream);
    }
};

} // namespace burin::initializers
