#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/initializers/distributions.hpp"

#include <cmath>

namespace burin::initializers {

/// PyTorch's default for its linear and convolution layers: weights and biases uniform in ±1/√fan_in.
struct PyTorch {
    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, Fans fans, const RandomStream& stream) const noexcept {
        const double limit = 1 / std::sqrt(static_cast<double>(fans.in));
        detail::fill_uniform(values, shape.size(), -limit, limit, stream);
    }

    template <class Scalar>
    void fill_bias(Scalar* values, const Shape& shape, Fans fans, const RandomStream& stream) const noexcept {
        fill(values, shape, fans, stream);
    }
};

} // namespace burin::initializers
