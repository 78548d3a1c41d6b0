#pragma once

#include "burin/initializers/variance_scaling.hpp"

namespace burin::initializers {

/// Uniform in ±√(6 / (fan_in + fan_out)). Glorot and Bengio, AISTATS 2010 ("Xavier").
using GlorotUniform = VarianceScaling<1, FanMode::average, Distribution::uniform>;

/// Truncated normal of variance 2 / (fan_in + fan_out). Glorot and Bengio, AISTATS 2010 ("Xavier").
using GlorotNormal = VarianceScaling<1, FanMode::average, Distribution::truncated_normal>;

} // namespace burin::initializers
