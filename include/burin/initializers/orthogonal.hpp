#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/initializers/distributions.hpp"

#include <cmath>
#include <cstddef>

namespace burin::initializers {

/// A matrix with orthonormal columns, or rows where there are fewer of them, times `gain`: uniform among such
/// matrices. Axes but the last count as rows. Saxe, McClelland and Ganguli, arXiv:1312.6120.
struct Orthogonal {
    double gain = 1;

    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, Fans, const RandomStream& stream) const noexcept {
        const std::size_t columns = shape.last();
        const std::size_t rows = shape.size() / columns;
        detail::fill_normal(values, shape.size(), 0, 1, stream);
        // Vectors of the shorter axis are made orthonormal one by one; the projection is taken out twice,
        // after which what rounding left of it is gone ("twice is enough").
        const bool by_rows = rows < columns;
        const std::size_t count = by_rows ? rows : columns;
        const std::size_t length = by_rows ? columns : rows;
        const auto at = [&](std::size_t vector, std::size_t i) -> Scalar& {
            return by_rows ? values[vector * columns + i] : values[i * columns + vector];
        };
        const auto dot = [&](std::size_t a, std::size_t b) {
            double sum = 0;
            for (std::size_t i = 0; i < length; ++i)
                sum += static_cast<double>(at(a, i)) * static_cast<double>(at(b, i));
            return sum;
        };
        for (std::size_t vector = 0; vector < count; ++vector) {
            for (int pass = 0; pass < 2; ++pass)
                for (std::size_t before = 0; before < vector; ++before) {
                    const double projection = dot(vector, before);
                    for (std::size_t i = 0; i < length; ++i)
                        at(vector, i) -= static_cast<Scalar>(projection * static_cast<double>(at(before, i)));
                }
            const double scale = 1 / std::sqrt(dot(vector, vector));
            for (std::size_t i = 0; i < length; ++i)
                at(vector, i) = static_cast<Scalar>(scale * static_cast<double>(at(vector, i)));
        }
        for (std::size_t i = 0; i < shape.size(); ++i)
            values[i] *= static_cast<Scalar>(gain);
    }
};

} // namespace burin::initializers
