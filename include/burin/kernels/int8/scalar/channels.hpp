#pragma once

#include "burin/core/language.hpp"

namespace burin::kernels::detail {

/// Where a processor has vectors for the largest numbers and for the sums of pixels' channels. One number at
/// a time has none.
struct Int8Channels;

} // namespace burin::kernels::detail
