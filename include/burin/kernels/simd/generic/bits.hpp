#pragma once

#include "burin/core/language.hpp"

#include <cstdint>
#include <type_traits>

namespace burin::kernels {

/// The unsigned integer that has as many bits as a scalar.
template <class Scalar>
using Bits = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;

} // namespace burin::kernels
