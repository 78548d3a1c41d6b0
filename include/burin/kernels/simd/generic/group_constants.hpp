#pragma once

#include "burin/core/language.hpp"

#include <cstddef>

namespace burin::kernels {

/// How many vectors hold what the groups of four vectors sum up to.
template <std::size_t Group>
inline constexpr std::size_t group_sum_vectors = Group < 4 ? 4 / Group : 1;

} // namespace burin::kernels
