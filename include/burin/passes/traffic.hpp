#pragma once

#include "burin/passes/node.hpp"
#include "burin/passes/program.hpp"

#include <cstddef>
#include <span>

namespace burin::passes {

/// What one step reads and writes if it touches each of its operands once: activations, gradients, what is
/// saved, and parameters; not its scratch, which is its own affair. In elements for a batch.
struct Traffic {
    std::size_t read = 0;
    std::size_t written = 0;

    constexpr std::size_t total() const { return read + written; }
};

template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
constexpr Traffic traffic(const Step& step, const Program<MaxSteps, MaxValues, Outputs>& program,
                          std::span<const LoweredNode> nodes, std::size_t batch) {
    Traffic result;
    for (const std::size_t value : step.reads())
        if (value != none)
            result.read += program.values[value].size * batch;
    for (const std::size_t value : step.writes())
        if (value != none && value != step[Role::scratch])
            result.written += program.values[value].size * batch;
    const std::size_t parameters =
        nodes[step.node].parameter_count + (step.then == none ? 0 : nodes[step.then].parameter_count);
    switch (step.kind) {
    case StepKind::forward:
    case StepKind::backward_input:
        result.read += parameters;
        break;
    case StepKind::backward:
        result.read += parameters;
        result.written += step.trains ? parameters : 0;
        break;
    case StepKind::backward_parameters:
        result.written += parameters;
        break;
    case StepKind::loss:
    case StepKind::accumulate:
        break;
    }
    return result;
}

namespace detail {

/// How often a step costs what the node's forward rule costs: a gradient does so for the input and again for
/// the parameters.
constexpr std::size_t forward_costs(const Step& step) {
    if (step.kind == StepKind::loss || step.kind == StepKind::accumulate)
        return 0;
    if (step.kind != StepKind::backward)
        return 1;
    std::size_t gradients = step.trains ? 1 : 0;
    for (std::size_t i = 0; i < max_inputs; ++i)
        gradients += step.input_gradient(i) != none;
    return gradients > 1 ? 2 : 1;
}

} // namespace detail

/// Operations of one step for a sample.
constexpr std::size_t flops(const Step& step, std::span<const LoweredNode> nodes) {
    const LoweredNode& node = nodes[step.node];
    if (step.kind == StepKind::accumulate)
        return node.shape.size();
    return detail::forward_costs(step) * node.rules->flops(input_shapes(nodes, node).span()) +
           (step.then == none ? 0
                              : nodes[step.then].rules->flops(input_shapes(nodes, nodes[step.then]).span()));
}

/// Multiply-accumulate operations of one step for a sample.
constexpr std::size_t macs(const Step& step, std::span<const LoweredNode> nodes) {
    const LoweredNode& node = nodes[step.node];
    return detail::forward_costs(step) * node.rules->macs(input_shapes(nodes, node).span()) +
           (step.then == none ? 0
                              : nodes[step.then].rules->macs(input_shapes(nodes, nodes[step.then]).span()));
}

} // namespace burin::passes
