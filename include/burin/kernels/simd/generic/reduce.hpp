#pragma once

// The sum of all lanes, and the largest.

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

/// Sum of the lanes, always in the same order.
template <class Scalar>
Scalar reduce_add(const Vector<Scalar>& value) noexcept {
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    for (std::size_t half = width<Scalar> / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

/// The largest lane.
template <class Scalar>
Scalar reduce_max(const Vector<Scalar>& value) noexcept {
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    Scalar largest = lanes[0];
    for (std::size_t i = 1; i < width<Scalar>; ++i)
        largest = lanes[i] > largest ? lanes[i] : largest;
    return largest;
}

} // namespace burin::kernels
