#pragma once

#include "burin/kernels/simd/generic/exact_rows.hpp"
#include "burin/kernels/simd/generic/narrow_vector.hpp"
#include "burin/kernels/simd/generic/transpose_8x8.hpp"
#include "burin/kernels/simd/x86/avx2/groups.hpp"
#include "burin/kernels/simd/x86/avx2/half_vector.hpp"
#include "burin/kernels/simd/x86/avx2/lane_sums.hpp"
#include "burin/kernels/simd/x86/avx2/partial.hpp"
#include "burin/kernels/simd/x86/avx2/rows_of_4.hpp"
#include "burin/kernels/simd/x86/avx2/transpose.hpp"
#include "burin/kernels/simd/x86/estimates.hpp"
#include "burin/kernels/simd/x86/reduce.hpp"
