#pragma once

#include "burin/graph/network.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/training/run_traces.hpp"

#include <cstddef>

namespace burin {

/// Bytes of training: parameters, gradients, the optimizer's state and the arena of a step. The caller's
/// samples are not counted. `sizeof(Parameters) + sizeof(Trainer)` is this plus a few words and the rounding
/// up to cache lines.
template <class Net, std::size_t Batch, class Optimizer = optimizers::Adam, class Scalar = float>
inline constexpr std::size_t training_bytes =
    sizeof(Scalar) * (stored_count<Net> + trained_count<Net> + optimizers::state_size<Optimizer, Net> +
                      detail::RunTraces<Net, Batch, Scalar, optimizers::asks_again<Optimizer>>::count +
                      Workspace<Net, Batch, recipes::training, Scalar>::count);

} // namespace burin
