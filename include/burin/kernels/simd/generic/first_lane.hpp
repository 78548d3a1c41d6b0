#pragma once

// Include after `Vector` is defined.

#include "burin/core/language.hpp"

#include <cstddef>

namespace burin::kernels {

/// The vector in a register. Compilers take a load that serves several operations for one that each of them
/// may do for itself; but processors load no more than one vector, or half of one, for each multiply-add.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> in_register(Vector<Scalar> value) noexcept {
    return value;
}

template <class Scalar>
Scalar first_lane(const Vector<Scalar>& value) noexcept {
    Scalar lanes[Vector<Scalar>::size];
    store(lanes, value);
    return lanes[0];
}

} // namespace burin::kernels
