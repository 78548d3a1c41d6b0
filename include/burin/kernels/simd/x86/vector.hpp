#pragma once

// Vectors of x86 are xsimd's; but it has no fused forms for AVX-512.

#include "burin/kernels/simd/generic/batch.hpp"
#include "burin/kernels/simd/generic/max_or_nan.hpp"
#if defined(__AVX512F__)
#include "burin/kernels/simd/x86/avx512/multiply_add.hpp"
#elif defined(__FMA__)
#include "burin/kernels/simd/x86/avx2/multiply_subtract.hpp"
#else
#include "burin/kernels/simd/generic/multiply_subtract.hpp"
#endif
#if defined(__AVX512F__)
#include "burin/kernels/simd/x86/avx512/nan_where.hpp"
#else
#include "burin/kernels/simd/generic/nan_where.hpp"
#endif
#if defined(__AVX__)
#include "burin/kernels/simd/x86/first_lane.hpp"
#else
#include "burin/kernels/simd/generic/first_lane.hpp"
#endif
