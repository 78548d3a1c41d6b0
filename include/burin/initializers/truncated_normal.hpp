#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/initializers/distributions.hpp"

#include <cmath>
#include <cstddef>

namespace burin::initializers {

/// Normal without what lies more than two deviations from the mean, which is drawn again. The defaults are
/// Keras's.
struct TruncatedNormal {
    double mean = 0;
    double deviation = 0.05;

    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, Fans, const RandomStream& stream) const noexcept {
        detail::fill_truncated_normal(values, shape.size(), mean, deviation, stream);
    }
};

} // namespace burin::initializers
