#pragma once

// Vectors of Arm's NEON: the 64-bit processors' are xsimd's; those of 32 bits have none of doubles.

#if defined(__aarch64__)
#include "burin/kernels/simd/arm/vector64.hpp"
#else
#include "burin/kernels/simd/arm/vector32.hpp"
#endif
