#pragma once

// The sums of several vectors, each over its lanes.

#include "burin/kernels/simd/generic/summed_lanes.hpp"
#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

template <class Scalar>
Scalar reduce_add(const Vector<Scalar>& value) noexcept;

/// Lane i < summed_lanes is the sum of the lanes of v[i]; the others are unspecified.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> lane_sums(const Vector<Scalar>* v) noexcept {
    Scalar sums[width<Scalar>] = {};
    for (std::size_t i = 0; i < summed_lanes<Scalar>; ++i)
        sums[i] = reduce_add<Scalar>(v[i]);
    return load(sums);
}

/// The sum of the lanes in the order in which `lane_sums` adds those of each vector: of one that is summed
/// alone where others are summed four together.
template <class Scalar>
[[gnu::always_inline]] inline Scalar lane_sum(const Vector<Scalar>& value) noexcept {
    return reduce_add<Scalar>(value);
}

} // namespace burin::kernels
