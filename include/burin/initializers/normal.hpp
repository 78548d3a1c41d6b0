#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/initializers/distributions.hpp"

#include <cmath>
#include <cstddef>

namespace burin::initializers {

/// Normal. The defaults are Keras's.
struct Normal {
    double mean = 0;
    double deviation = 0.05;

    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, Fans, const RandomStream& stream) const noexcept {
        detail::fill_normal(values, shape.size(), mean, deviation, stream);
    }
};

} // namespace burin::initializers
