#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

/// Whether there are vectors of half as many lanes, for what fits into them.
inline constexpr bool has_narrow_vectors = this_machine.narrow_vectors;

/// A whole one where there are none.
template <class Scalar>
using NarrowVector = Vector<Scalar>;

} // namespace burin::kernels
