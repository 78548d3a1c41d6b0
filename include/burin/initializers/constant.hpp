#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"

#include <cmath>
#include <cstddef>

namespace burin::initializers {

/// Every value the same.
struct Constant {
    double value = 0;

    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, Fans, const RandomStream&) const noexcept {
        for (std::size_t i = 0; i < shape.size(); ++i)
            values[i] = static_cast<Scalar>(value);
    }
};

} // namespace burin::initializers
