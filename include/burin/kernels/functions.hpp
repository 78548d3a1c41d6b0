#pragma once

// Elementary functions of vectors. Coefficients are near-minimax (Remez), see tests/reference/minimax.py.

#include "burin/kernels/accuracy.hpp"
#include "burin/kernels/exponential.hpp"
#include "burin/kernels/logarithm.hpp"
#include "burin/kernels/logistic.hpp"
#include "burin/kernels/normal_distribution.hpp"
