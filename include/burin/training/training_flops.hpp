#pragma once

#include "burin/graph/plan.hpp"
#include "burin/passes/traffic.hpp"
#include "burin/training/objective.hpp"

#include <cstddef>
#include <span>

namespace burin {

namespace detail {

template <class Net, class Loss>
constexpr std::size_t sum_over_steps(std::size_t (*cost)(const passes::Step&,
                                                         std::span<const passes::LoweredNode>)) {
    using Type = typename engine::Network<Net>::Type;
    using PlanType = engine::Plan<Type, recipes::training.with(fitting::links_of<Type, Loss>)>;
    std::size_t sum = 0;
    for (std::size_t s = 0; s < PlanType::program.step_count; ++s)
        sum += cost(PlanType::program.steps[s], PlanType::graph.nodes);
    return sum;
}

} // namespace detail

/// Floating-point operations of one sample's share of a training step, forward and backward, without the
/// loss's own and the optimizer's: about three times those of inference, less what need not be
/// differentiated. A gradient counts as much as the forward rule for a layer's input, and as much for its
/// parameters.
template <class Net, class Loss>
inline constexpr std::size_t training_flops = detail::sum_over_steps<Net, Loss>(passes::flops);

/// Those of them that are multiply-accumulate operations of products.
template <class Net, class Loss>
inline constexpr std::size_t training_macs = detail::sum_over_steps<Net, Loss>(passes::macs);

} // namespace burin
