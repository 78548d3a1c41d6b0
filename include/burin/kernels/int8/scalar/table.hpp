#pragma once

#include "burin/core/language.hpp"

namespace burin::kernels::detail {

/// Where a processor has a table of 256 bytes in registers, which it looks several up in at once. One number
/// at a time has none.
class Int8Table;

} // namespace burin::kernels::detail
