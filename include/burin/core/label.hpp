#pragma once

#include "burin/core/language.hpp"

#include <cstdint>
#include <limits>

namespace burin {

/// A class index, counted from 0.
using Label = std::uint32_t;

/// A label that stands for no class.
inline constexpr Label no_label = std::numeric_limits<Label>::max();

} // namespace burin
