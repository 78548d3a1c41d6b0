#pragma once

// What is done with whole vectors, where an architecture has nothing of its own.

#include "burin/kernels/simd/generic/estimates.hpp"
#include "burin/kernels/simd/generic/exact_rows.hpp"
#include "burin/kernels/simd/generic/groups.hpp"
#include "burin/kernels/simd/generic/half_vector.hpp"
#include "burin/kernels/simd/generic/joined.hpp"
#include "burin/kernels/simd/generic/lane_sums.hpp"
#include "burin/kernels/simd/generic/narrow_vector.hpp"
#include "burin/kernels/simd/generic/partial.hpp"
#include "burin/kernels/simd/generic/reduce.hpp"
#include "burin/kernels/simd/generic/rows_of_4.hpp"
#include "burin/kernels/simd/generic/tables.hpp"
#include "burin/kernels/simd/generic/transpose.hpp"
#include "burin/kernels/simd/generic/transpose_8x8.hpp"
