#pragma once

#include "burin/core/shape.hpp"

#include <cstddef>

namespace burin {

/// Option of layers that work along one axis of a sample: which, counted from 0 without the batch.
template <std::size_t Index>
struct Axis {
    static constexpr std::size_t index = Index;
};

namespace detail {

/// A shape seen from one of its axes: `outer` blocks of `extent` pieces of `inner` elements.
struct AlongAxis {
    std::size_t outer = 1;
    std::size_t extent = 1;
    std::size_t inner = 1;

    constexpr AlongAxis(const Shape& shape, std::size_t axis) : extent(shape[axis]) {
        for (std::size_t before = 0; before < axis; ++before)
            outer *= shape[before];
        for (std::size_t after = axis + 1; after < shape.rank; ++after)
            inner *= shape[after];
    }
};

} // namespace detail

} // namespace burin
