#pragma once

#include "burin/passes/node.hpp"

#include <cstddef>

namespace burin::passes {

/// A graph with its shapes and parameter ranges filled in, or the first node whose inputs do not fit.
template <std::size_t N, std::size_t Outputs>
struct ShapedGraph {
    LoweredGraph<N, Outputs> graph{};
    std::size_t parameter_count = 0;
    std::size_t trained_count = 0;
    std::size_t statistics_count = 0;
    std::size_t updated_statistics_count = 0; ///< Those of layers that are not frozen.
    std::size_t state_count = 0;
    std::size_t misfit = none;
    InferredShape problem{};
};

namespace detail {

/// Gives every node its ranges of the one vector in which all that a network remembers is stored: first the
/// parameters that are trained, then those that are frozen, then the statistics, those of frozen layers last.
/// So what an optimizer updates is one range from the beginning, and what training changes are two.
template <std::size_t N, std::size_t Outputs>
constexpr void assign_ranges(ShapedGraph<N, Outputs>& result) {
    auto& nodes = result.graph.nodes;
    std::size_t next = 0;
    const auto take = [&next](std::size_t& offset, std::size_t count) {
        offset = next;
        next += count;
    };
    for (const bool frozen : {false, true}) {
        for (LoweredNode& node : nodes)
            if (node.shares_with == none && node.is_frozen == frozen)
                take(node.parameter_offset, node.parameter_count);
        (frozen ? result.parameter_count : result.trained_count) = next;
    }
    for (const bool frozen : {false, true}) {
        for (LoweredNode& node : nodes)
            if (node.shares_with == none && node.is_frozen == frozen)
                take(node.statistics_offset, node.statistics_count);
        (frozen ? result.statistics_count : result.updated_statistics_count) = next - result.parameter_count;
    }
    next = 0;
    for (LoweredNode& node : nodes)
        take(node.state_offset, node.state_count);
    result.state_count = next;
    for (LoweredNode& node : nodes)
        if (node.shares_with != none) {
            const LoweredNode& owner = nodes[node.shares_with];
            node.is_frozen = owner.is_frozen;
            node.parameter_offset = owner.parameter_offset;
            node.statistics_offset = owner.statistics_offset;
        }
}

} // namespace detail

/// Asks each node's rule for its shape, in topological order, and gives every node its ranges of parameters,
/// statistics and state. Stops at the first node that can't accept its inputs.
template <std::size_t N, std::size_t Outputs>
constexpr ShapedGraph<N, Outputs> infer_shapes(const LoweredGraph<N, Outputs>& graph) {
    ShapedGraph<N, Outputs> result{graph};
    for (std::size_t index = 0; index < N; ++index) {
        LoweredNode& node = result.graph.nodes[index];
        const InputShapes inputs = input_shapes(result.graph.nodes, node);
        const InferredShape inferred = node.rules->infer_shape(inputs.span());
        if (!inferred.fits()) {
            result.misfit = index;
            result.problem = inferred;
            return result;
        }
        node.shape = inferred.shape;
        node.saved = node.rules->saved(inputs.span());
        node.parameter_count = node.rules->parameters(inputs.span()).size();
        node.statistics_count = node.rules->statistics(inputs.span()).size();
        node.state_count = node.rules->state(inputs.span());
        if (node.shares_with != none) {
            const LoweredNode& owner = result.graph.nodes[node.shares_with];
            if (owner.parameter_count != node.parameter_count) {
                result.misfit = index;
                result.problem = {.expected = "the input shape of the first node with these SharedWeights",
                                  .expected_shape = result.graph.nodes[owner.inputs[0]].shape};
                return result;
            }
        }
    }
    detail::assign_ranges(result);
    return result;
}

/// `layer `2` `Dense<10>`: expected input `[features]`, got `[14, 14, 8]`; put `Flatten` before it`
template <std::size_t N, std::size_t Outputs>
constexpr Sentence describe_misfit(const ShapedGraph<N, Outputs>& shaped) {
    if (shaped.misfit == none)
        return {};
    const LoweredNode& node = shaped.graph.nodes[shaped.misfit];
    const InferredShape& problem = shaped.problem;
    Sentence sentence = expected_of(node).append(problem.expected);
    if (problem.expected_shape.rank > 0)
        sentence.append(" `").append(problem.expected_shape).append("`");
    if (node.input_count > problem.culprit) {
        const Shape& found = shaped.graph.nodes[node.inputs[problem.culprit]].shape;
        sentence.append(", got `").append(found).append("`");
    }
    if (!problem.hint.empty())
        sentence.append("; ").append(problem.hint);
    return sentence;
}

} // namespace burin::passes
