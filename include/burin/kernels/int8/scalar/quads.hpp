#pragma once

#include "burin/core/language.hpp"

namespace burin::kernels::detail {

/// Where a processor adds four products of bytes at once: vectors of channels, the same four inputs for all
/// of them, and what makes outputs of their sums. One product at a time has none.
struct Int8QuadVectors;

} // namespace burin::kernels::detail
