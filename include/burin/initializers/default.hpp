#pragma once

#include "burin/initializers/glorot.hpp"

namespace burin::initializers {

/// What a `Model` begins with if nothing else is said, as in Keras: Glorot uniform weights, zero biases.
using Default = GlorotUniform;

} // namespace burin::initializers
