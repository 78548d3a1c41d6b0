#pragma once

// Half a vector, for the columns that are left behind whole vectors. Without halves there is nothing more:
// what is done with them (x86/avx2/half_vector.hpp) is called only where `has_half_vectors`.

#include "burin/kernels/machine.hpp"
#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

/// Whether there are halves.
inline constexpr bool has_half_vectors = this_machine.half_vectors;

/// Whether the processor computes a vector as two halves, so that one takes half the time: a factor
/// that is broadcast to half a vector takes one load, to a whole one two.
inline constexpr bool splits_vectors = this_machine.splits_vectors();

/// A whole one where there are none.
template <class Scalar>
using HalfVector = Vector<Scalar>;

} // namespace burin::kernels
