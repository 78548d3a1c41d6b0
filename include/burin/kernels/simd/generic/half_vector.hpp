#pragma once

// Half a vector, for the columns that are left behind whole vectors. Without halves there is nothing more:
// what is done with them (x86/avx2/half_vector.hpp) is called only where `this_machine.half_vectors`.

#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

/// A whole one where there are none.
template <class Scalar>
using HalfVector = Vector<Scalar>;

} // namespace burin::kernels
