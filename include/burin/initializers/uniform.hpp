#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/initializers/distributions.hpp"

#include <cmath>
#include <cstddef>

namespace burin::initializers {

/// Uniform in [low, high). The defaults are Keras's.
struct Uniform {
    double low = -0.05;
    double high = 0.05;

    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, Fans, const RandomStream& stream) const noexcept {
        detail::fill_uniform(values, shape.size(), low, high, stream);
    }
};

} // namespace burin::initializers
