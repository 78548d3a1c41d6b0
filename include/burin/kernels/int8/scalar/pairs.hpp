#pragma once

#include "burin/core/language.hpp"

namespace burin::kernels::detail {

/// Where a processor has them, pairs of bytes of so many channels, one byte of each channel from `a` and one
/// from `b`: products of pairs of 16-bit integers, which are added to the sum of their channel. `Sums` start
/// from 0. One product at a time has none.
class Int8Pairs;

} // namespace burin::kernels::detail
