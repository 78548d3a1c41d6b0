#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/initializers/constant.hpp"

#include <cmath>
#include <cstddef>

namespace burin::initializers {

/// Every value 0.
struct Zeros {
    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, Fans fans, const RandomStream& stream) const noexcept {
        Constant{0}.fill(values, shape, fans, stream);
    }
};

} // namespace burin::initializers
