#pragma once

#include "burin/initializers/variance_scaling.hpp"

namespace burin::initializers {

/// Uniform in ±√(3 / fan_in). LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998.
using LeCunUniform = VarianceScaling<1, FanMode::in, Distribution::uniform>;

/// Truncated normal of variance 1 / fan_in. LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998.
using LeCunNormal = VarianceScaling<1, FanMode::in, Distribution::truncated_normal>;

} // namespace burin::initializers
