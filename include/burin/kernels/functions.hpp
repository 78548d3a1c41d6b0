#pragma once

// Elementary functions of vectors. Their coefficients are printed by tests/reference/minimax.py; how they are
// measured is in docs/accuracy.md. The errors in their comments are the largest found, in units of the last
// place: over every float (AVX2 and fused multiply-add), and over a dense sample of double.

#include "burin/kernels/functions/accuracy.hpp"
#include "burin/kernels/functions/exponential.hpp"
#include "burin/kernels/functions/logarithm.hpp"
#include "burin/kernels/functions/logistic.hpp"
#include "burin/kernels/functions/normal_distribution.hpp"
