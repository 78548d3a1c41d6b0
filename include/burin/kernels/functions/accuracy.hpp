#pragma once

#include "burin/core/language.hpp"

namespace burin::kernels {

/// How close an elementary function comes to the exact value: to 2 units in the last place, or to about 1e-5,
/// but in half the time. docs/accuracy.md has the measured errors of each; `Fast` applies the second to a
/// network.
enum class Accuracy { full, fast };

} // namespace burin::kernels
