#pragma once

#include "burin/kernels/machine.hpp"

#include <cstddef>

namespace burin::kernels {

/// Whether a group of neighbours is broadcast by one load.
inline constexpr bool broadcasts_groups = this_machine.group_broadcasts;

/// How many vectors hold what the groups of four vectors sum up to.
template <std::size_t Group>
inline constexpr std::size_t group_sum_vectors = Group < 4 ? 4 / Group : 1;

} // namespace burin::kernels
