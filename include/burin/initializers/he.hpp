#pragma once

#include "burin/initializers/variance_scaling.hpp"

namespace burin::initializers {

/// Uniform in ±√(6 / fan_in), for ReLU. He et al., arXiv:1502.01852 ("Kaiming").
using HeUniform = VarianceScaling<2, FanMode::in, Distribution::uniform>;

/// Truncated normal of variance 2 / fan_in, for ReLU. He et al., arXiv:1502.01852 ("Kaiming").
using HeNormal = VarianceScaling<2, FanMode::in, Distribution::truncated_normal>;

} // namespace burin::initializers
