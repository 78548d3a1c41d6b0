#pragma once

// Numbers too small for a normalized floating-point number.

#include "burin/kernels/machine.hpp"

#if BURIN_DETAIL_X86
#include "burin/kernels/simd/x86/subnormals.hpp"
#else
#include "burin/kernels/simd/generic/subnormals.hpp"
#endif
