#pragma once

#include <cstdint>

namespace burin {

/// A class index, counted from 0.
using Label = std::uint32_t;

} // namespace burin
