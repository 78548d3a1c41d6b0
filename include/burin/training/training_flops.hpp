#pragma once

#include "burin/graph/plan.hpp"
#include "burin/passes/traffic.hpp"
#include "burin/training/objective.hpp"

#include <cstddef>

namespace burin {

/// Floating-point operations of one sample's share of a training step, forward and backward, without the
/// loss's own and the optimizer's: about three times those of inference, less what need not be
/// differentiated. A gradient counts as much as the forward rule for a layer's input, and as much for its
/// parameters.
template <class Net, class Loss>
inline constexpr std::size_t training_flops = [] {
    using PlanType =
        Plan<typename Network<Net>::Type, Mode::training, links_of<typename Network<Net>::Type, Loss>>;
    std::size_t sum = 0;
    for (std::size_t s = 0; s < PlanType::program.step_count; ++s)
        sum += passes::flops(PlanType::program.steps[s], PlanType::graph.nodes);
    return sum;
}();

/// Those of them that are multiply-accumulate operations of products.
template <class Net, class Loss>
inline constexpr std::size_t training_macs = [] {
    using PlanType =
        Plan<typename Network<Net>::Type, Mode::training, links_of<typename Network<Net>::Type, Loss>>;
    std::size_t sum = 0;
    for (std::size_t s = 0; s < PlanType::program.step_count; ++s)
        sum += passes::macs(PlanType::program.steps[s], PlanType::graph.nodes);
    return sum;
}();

} // namespace burin
