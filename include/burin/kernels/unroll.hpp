#pragma once

#include "burin/core/language.hpp"

// For the loops of kernels. Those over a tile have constant bounds and must be unrolled for the sums to live
// in registers. Instrumented loops can't always be, and need not; those of the library of kernels are, which
// is compiled once.
#if defined(BURIN_SHARED_KERNELS) && !defined(BURIN_DETAIL_IS_KERNEL_LIBRARY)
#define BURIN_DETAIL_UNROLL
#define BURIN_DETAIL_UNROLL_4
#elif defined(__clang__)
#define BURIN_DETAIL_UNROLL _Pragma("clang loop unroll(full)")
#define BURIN_DETAIL_UNROLL_4 _Pragma("clang loop unroll_count(4)")
#elif defined(__GNUC__)
#define BURIN_DETAIL_UNROLL _Pragma("GCC unroll 16")
#define BURIN_DETAIL_UNROLL_4 _Pragma("GCC unroll 4")
#else
#define BURIN_DETAIL_UNROLL
#define BURIN_DETAIL_UNROLL_4
#endif
