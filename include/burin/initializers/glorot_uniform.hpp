#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/initializers/distributions.hpp"

#include <cmath>
#include <cstddef>

namespace burin::initializers {

/// Uniform in ±√(6 / (fan_in + fan_out)). Glorot and Bengio, AISTATS 2010 ("Xavier").
struct GlorotUniform {
    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, [[maybe_unused]] Fans fans,
              [[maybe_unused]] const RandomStream& stream) const noexcept {
        const double limit = std::sqrt(2 * 3.0 / static_cast<double>(fans.in + fans.out));
        detail::fill_uniform(values, shape.size(), -limit, limit, stream);
    }
};

} // namespace burin::initializers
