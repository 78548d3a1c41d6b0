#pragma once

// What is done with whole vectors: all forms are AVX-512's own; AVX2 has most, and AVX and SSE2 a few.

#if defined(__AVX512F__)
#include "burin/kernels/simd/x86/avx512/operations.hpp"
#elif defined(__AVX2__)
#include "burin/kernels/simd/x86/avx2/operations.hpp"
#else
#include "burin/kernels/simd/generic/exact_rows.hpp"
#include "burin/kernels/simd/generic/groups.hpp"
#include "burin/kernels/simd/generic/half_vector.hpp"
#include "burin/kernels/simd/generic/joined.hpp"
#include "burin/kernels/simd/generic/lane_sums.hpp"
#include "burin/kernels/simd/generic/narrow_vector.hpp"
#include "burin/kernels/simd/generic/partial.hpp"
#include "burin/kernels/simd/generic/rows_of_4.hpp"
#include "burin/kernels/simd/generic/tables.hpp"
#include "burin/kernels/simd/generic/transpose.hpp"
#include "burin/kernels/simd/generic/transpose_8x8.hpp"
#include "burin/kernels/simd/x86/estimates.hpp"
#include "burin/kernels/simd/x86/reduce.hpp"
#endif
