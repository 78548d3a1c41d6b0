#pragma once

#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

/// A whole one where there are none.
template <class Scalar>
using NarrowVector = Vector<Scalar>;

} // namespace burin::kernels
