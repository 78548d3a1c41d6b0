#pragma once

#include "burin/passes/fuse.hpp"
#include "burin/passes/node.hpp"

#include <array>
#include <cstddef>

namespace burin::passes {

/// The node that makes what `node` gives: itself, or what stands before views of it. What stops gradients is
/// none where gradients go back.
template <std::size_t N, std::size_t Outputs>
constexpr std::size_t maker_of(const LoweredGraph<N, Outputs>& graph, std::size_t node, Mode mode) {
    const auto changes_nothing = [mode](const OpRules& rules) {
        return is_view(rules, mode) && !(rules.traits.stops_gradient && saves(mode));
    };
    while (changes_nothing(*graph.nodes[node].rules))
        node = graph.nodes[node].inputs[0];
    return node;
}

/// What each node's outputs are known to be, also behind layers that only move, choose or average them.
template <std::size_t N, std::size_t Outputs>
constexpr std::array<core::Values, N> values_of(const LoweredGraph<N, Outputs>& graph) {
    std::array<core::Values, N> values{};
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        const OpRules& rules = *node.rules;
        values[index] = rules.traits.values;
        if (!(rules.traits.is_view || rules.traits.is_view_in_inference || rules.traits.keeps_range) ||
            node.input_count == 0)
            continue;
        values[index] = values[node.inputs[0]];
        for (std::size_t i = 1; i < node.input_count; ++i)
            if (values[node.inputs[i]] != values[index])
                values[index] = core::Values::mixed;
    }
    return values;
}

/// The node of the link (softmax before a cross-entropy) that a loss of this output contains; `none` if there
/// is no such node, or if what stands between them gives the softmax's axis another extent.
template <std::size_t N, std::size_t Outputs>
constexpr std::size_t linked_node(const LoweredGraph<N, Outputs>& graph, std::size_t output, Link link,
                                  Mode mode) {
    const std::size_t maker = maker_of(graph, output, mode);
    if (link == Link::none || graph.nodes[maker].rules->traits.link != link)
        return none;
    const bool is_same_axis = maker == output || link == Link::sigmoid ||
                              graph.nodes[maker].shape.last() == graph.nodes[output].shape.last();
    return is_same_axis ? maker : none;
}

/// Where a loss wants logits and the output is made by the link that it contains, the loss reads what the
/// link reads, in the shape of the output: views in between are left out. Returns the graph with such outputs
/// moved; the link's node is then dead.
template <std::size_t N, std::size_t Outputs>
constexpr LoweredGraph<N, Outputs> absorb_links(LoweredGraph<N, Outputs> graph,
                                                const std::array<Link, Outputs>& links, Mode mode) {
    for (std::size_t i = 0; i < Outputs; ++i) {
        const std::size_t linked = linked_node(graph, graph.outputs[i], links[i], mode);
        if (linked != none)
            graph.outputs[i] = graph.nodes[linked].inputs[0];
    }
    return graph;
}

} // namespace burin::passes
