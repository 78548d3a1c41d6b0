#pragma once

#include "burin/core/half.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/samples_together.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin {

namespace engine {

/// The arena of a plan: every activation, gradient and saved value of a run lives in it at a planned offset.
template <class PlanType, std::size_t Batch, class Scalar>
struct Arena {
    static constexpr std::size_t count = PlanType::template memory<Batch, Scalar>.size;

    alignas(memory_alignment) std::array<Scalar, std::max<std::size_t>(count, 1)> values;

    Scalar* data() noexcept { return values.data(); }
};

} // namespace engine

/// The arena that a network needs for what a recipe says: `Workspace<Net, 32, recipes::training>`.
template <class Net, std::size_t Batch, engine::Recipe<engine::Network<Net>::output_count> PlanRecipe,
          class Scalar = float>
using Workspace =
    engine::Arena<engine::Plan<Net, PlanRecipe.widening(core::Half<Scalar>)>, Batch, core::Computed<Scalar>>;

namespace engine {

/// Elements of outputs that are kept beside the arena, where not all samples go through it together.
template <class PlanType, std::size_t Batch, class Scalar>
inline constexpr std::size_t outputs_beside = [] {
    std::size_t count = 0;
    if (samples_together<PlanType, Batch, Scalar> < Batch)
        for (const Shape& shape : PlanType::N::output_shapes)
            count += Batch * shape.size();
    return count;
}();

/// Elements that a Predictor holds.
template <class PlanType, std::size_t Batch, class Scalar>
inline constexpr std::size_t predictor_elements =
    Arena<PlanType, samples_together<PlanType, Batch, Scalar>, Scalar>::count +
    outputs_beside<PlanType, Batch, Scalar>;

} // namespace engine

/// Bytes of inference: the parameters, the statistics and what a Predictor holds. The caller's input is not
/// counted.
template <class Net, std::size_t Batch = 1, class Scalar = float>
inline constexpr std::size_t inference_bytes =
    sizeof(Scalar) * stored_count<Net> +
    sizeof(core::Computed<Scalar>) *
        engine::predictor_elements<engine::Plan<Net, recipes::inference.widening(core::Half<Scalar>)>, Batch,
                                   core::Computed<Scalar>>;

} // namespace burin
