#pragma once

#include "burin/optimizers/sgd.hpp"

namespace burin::optimizers {

/// Full-batch gradient descent: SGD's rule, for a batch that is the whole data set.
///
///     fit(model, data, Fit{.optimizer = GradientDescent{.learning_rate = 0.5}, .batch_size = batch<150>})
using GradientDescent = SGD;

} // namespace burin::optimizers
