#pragma once

// All that kernels do with vectors. Only this folder, simd/, names xsimd or an intrinsic, but for those of
// 8-bit integers (int8/). Everything above it is written for `Vector<Scalar>`: xsimd's widest batch for the
// processor that the compiler was told about, or a vector of one lane where xsimd knows none. Define
// BURIN_SCALAR to have one lane everywhere. `simd/architecture.hpp` chooses between the folders of
// architectures.

#include "burin/kernels/simd/architecture.hpp"
#include "burin/kernels/simd/either_width.hpp"
#include "burin/kernels/simd/running_maximum.hpp"
#include "burin/kernels/simd/subnormals.hpp"
#include "burin/kernels/simd/vector.hpp"
#include BURIN_DETAIL_OPERATIONS
