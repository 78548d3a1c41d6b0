#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

/// How many vectors' sums `lane_sums` makes.
template <class Scalar>
inline constexpr std::size_t summed_lanes = width<Scalar> < 4 ? width<Scalar> : 4;

} // namespace burin::kernels
