#pragma once

#include "burin/kernels/simd/generic/half_vector.hpp"
#include "burin/kernels/simd/x86/avx512/estimates.hpp"
#include "burin/kernels/simd/x86/avx512/groups.hpp"
#include "burin/kernels/simd/x86/avx512/joined.hpp"
#include "burin/kernels/simd/x86/avx512/lane_sums.hpp"
#include "burin/kernels/simd/x86/avx512/narrow_vector.hpp"
#include "burin/kernels/simd/x86/avx512/partial.hpp"
#include "burin/kernels/simd/x86/avx512/rows_of_4.hpp"
#include "burin/kernels/simd/x86/avx512/tables.hpp"
#include "burin/kernels/simd/x86/avx512/transpose.hpp"
#include "burin/kernels/simd/x86/avx512/transpose_8x8.hpp"
#include "burin/kernels/simd/x86/reduce.hpp"
#if defined(__AVX512VL__)
#include "burin/kernels/simd/x86/avx512/exact_rows.hpp"
#else
#include "burin/kernels/simd/generic/exact_rows.hpp"
#endif
