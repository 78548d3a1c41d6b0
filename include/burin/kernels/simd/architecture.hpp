#pragma once

// Which folder has the vectors of this processor, and which what is done with whole vectors. The family comes
// from machine.hpp, as it does for 8-bit integers (int8/instructions.hpp) and subnormals.hpp. A folder has
// what an architecture does in its own way and takes the rest from generic/, whose comments say what all
// forms do. kernels/README.md lists the files that a new architecture touches.

#include "burin/kernels/machine.hpp"
#include "burin/kernels/simd/xsimd.hpp"

/// Whether no type has vectors of several lanes.
#if defined(BURIN_SCALAR) || defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)
#define BURIN_DETAIL_ONE_LANE 1
#else
#define BURIN_DETAIL_ONE_LANE 0
#endif

// clang-format off
#if BURIN_DETAIL_ONE_LANE
#define BURIN_DETAIL_VECTOR "burin/kernels/simd/scalar/vector.hpp"
#define BURIN_DETAIL_OPERATIONS "burin/kernels/simd/generic/operations.hpp"
#elif BURIN_DETAIL_X86
#define BURIN_DETAIL_VECTOR "burin/kernels/simd/x86/vector.hpp"
#define BURIN_DETAIL_OPERATIONS "burin/kernels/simd/x86/operations.hpp"
#elif BURIN_DETAIL_ARM
#define BURIN_DETAIL_VECTOR "burin/kernels/simd/arm/vector.hpp"
#define BURIN_DETAIL_OPERATIONS "burin/kernels/simd/generic/operations.hpp"
#else // Whatever else xsimd knows.
#define BURIN_DETAIL_VECTOR "burin/kernels/simd/generic/vector.hpp"
#define BURIN_DETAIL_OPERATIONS "burin/kernels/simd/generic/operations.hpp"
#endif
// clang-format on
