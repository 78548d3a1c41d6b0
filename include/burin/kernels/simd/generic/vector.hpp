#pragma once

// Vectors as xsimd has them.

#include "burin/kernels/simd/generic/batch.hpp"
#include "burin/kernels/simd/generic/first_lane.hpp"
#include "burin/kernels/simd/generic/max_or_nan.hpp"
#include "burin/kernels/simd/generic/multiply_subtract.hpp"
#include "burin/kernels/simd/generic/nan_where.hpp"
