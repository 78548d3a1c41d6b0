#pragma once

#include "burin/core/label.hpp"

#include <cstddef>

/// The mean of −log softmax(z)_label over some rows of logits, and its gradient, as one would write it in C.
float softmax_crossentropy_loops(const float* logits, const burin::Label* labels, float* gradient,
                                 std::size_t rows, std::size_t classes);
