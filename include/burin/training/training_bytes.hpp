#pragma once

#include "burin/graph/network.hpp"
#include "burin/graph/workspace.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/training/parts.hpp"
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

namespace detail {

// (A function: g++ looks in a lambda that initializes a template for names that a user's globals have.)
template <class Net, class Loss, std::size_t Batch, class Optimizer, class Scalar>
consteval std::size_t count_bytes_in_parts() {
    constexpr fitting::Parts parts = fitting::parts_of<Net, Loss, Batch>;
    if constexpr (parts.count == 1)
        return training_bytes<Net, Batch, Optimizer, Scalar>;
    constexpr auto recipe = recipes::training.with(fitting::links_of<Net, Loss>);
    constexpr std::size_t part = trained_count<Net> + Workspace<Net, parts.rows, recipe, Scalar>::count +
                                 engine::Network<Net>::state_count * parts.rows;
    std::size_t outputs = 0;
    for (const Shape& shape : engine::Network<Net>::output_shapes)
        outputs += shape.size() * Batch;
    return sizeof(Scalar) *
           (stored_count<Net> + parts.count * part + outputs + optimizers::state_size<Optimizer, Net> +
            RunTraces<Net, Batch, Scalar, optimizers::asks_again<Optimizer>>::count);
}

} // namespace detail

/// The same where the work of a step is shared (`Fit{.threads = n}`), at any number of threads: each part of
/// a batch has gradients and an arena of its own.
template <class Net, class Loss, std::size_t Batch, class Optimizer = optimizers::Adam, class Scalar = float>
inline constexpr std::size_t training_bytes_in_parts =
    detail::count_bytes_in_parts<Net, Loss, Batch, Optimizer, Scalar>();

} // namespace burin
