#pragma once

// Only this folder, simd/, names xsimd or an intrinsic, but for those of 8-bit integers (int8_dot.hpp,
// int8_lanes.hpp, int8_pairs.hpp). Everything above it is written for `Vector<Scalar>`: xsimd's widest batch
// for the processor that the compiler was told about, or a vector of one lane where xsimd knows none. Define
// BURIN_SCALAR to have one lane everywhere.

#include "burin/kernels/simd/estimates.hpp"
#include "burin/kernels/simd/groups.hpp"
#include "burin/kernels/simd/half_vector.hpp"
#include "burin/kernels/simd/narrow_vector.hpp"
#include "burin/kernels/simd/partial.hpp"
#include "burin/kernels/simd/reduce.hpp"
#include "burin/kernels/simd/running_maximum.hpp"
#include "burin/kernels/simd/subnormals.hpp"
#include "burin/kernels/simd/transpose.hpp"
#include "burin/kernels/simd/transpose_8x8.hpp"
#include "burin/kernels/simd/vector.hpp"
