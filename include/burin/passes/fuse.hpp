#pragma once

#include "burin/passes/node.hpp"

#include <array>
#include <cstddef>

namespace burin::passes {

/// Most elementwise functions that one step applies to its result while it is in registers.
inline constexpr std::size_t max_epilogue = 4;

/// Which nodes are computed together: `head[i]` is the node whose step computes node i (itself, if it is not
/// fused), `tail[h]` the last node that the step of head h computes, `sum[h]` the sum among those or `none`.
template <std::size_t N>
struct Fusion {
    std::array<std::size_t, N> head{};
    std::array<std::size_t, N> tail{};
    std::array<std::size_t, N> sum{};

    constexpr bool is_head(std::size_t node) const { return head[node] == node; }
};

/// Every node is computed by itself.
template <std::size_t N>
constexpr Fusion<N> no_fusion() {
    Fusion<N> fusion;
    for (std::size_t index = 0; index < N; ++index)
        fusion.head[index] = fusion.tail[index] = index;
    fusion.sum.fill(none);
    return fusion;
}

/// Of a node behind a head that computes it: the input that comes from there. That of a sum is the later one.
constexpr std::size_t chained_input(const LoweredNode& node) {
    return node.input_count == 2 && node.inputs[1] > node.inputs[0] ? node.inputs[1] : node.inputs[0];
}

/// Whether the gradient through an elementwise node can be taken from its output, so that its input need not
/// be kept.
constexpr bool derivative_from_output(const OpRules& rules) {
    return rules.traits.elementwise && !rules.traits.input_gradient.input;
}

/// True if the node is no step of its own in this mode.
constexpr bool is_view(const OpRules& rules, Mode mode) {
    return rules.traits.is_view || (mode != Mode::training && rules.traits.is_view_in_inference);
}

/// Appends elementwise nodes to the step that computes their input, where nothing else reads that input; in
/// inference sums of two inputs too, if the other one is there before that step.
///
/// In inference whole chains are fused, through views too. Where gradients go back what their rules read must
/// still be stored: so one function is fused, and only if its derivative follows from its output and the
/// head's own rules do not read theirs.
template <std::size_t N, std::size_t Outputs>
constexpr Fusion<N> fuse(const LoweredGraph<N, Outputs>& graph, Mode mode, bool fuses_sums = true) {
    Fusion<N> fusion = no_fusion<N>();
    std::array<std::size_t, N> length{};
    const auto readers = count_readers(graph);
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        const bool is_sum = node.rules->traits.is_sum && node.input_count == 2;
        if ((!node.rules->traits.elementwise && !is_sum) || is_view(*node.rules, mode))
            continue;
        std::size_t previous = chained_input(node);
        while (!saves(mode) && is_view(*graph.nodes[previous].rules, mode) && readers[previous] == 1)
            previous = graph.nodes[previous].inputs[0];
        const std::size_t head = fusion.head[previous];
        const OpRules& head_rules = *graph.nodes[head].rules;
        if (readers[previous] != 1 || !head_rules.traits.accepts_epilogue || length[head] == max_epilogue)
            continue;
        if (is_sum) {
            const std::size_t other = node.inputs[node.inputs[0] == chained_input(node) ? 1 : 0];
            if (!fuses_sums || mode != Mode::inference || !head_rules.traits.accepts_sum || other >= head ||
                fusion.sum[head] != none)
                continue;
            fusion.sum[head] = index;
        }
        if (saves(mode)) {
            const bool head_reads_its_output =
                head_rules.traits.parameter_gradient.output || head_rules.traits.input_gradient.output;
            if (previous != head || head_reads_its_output || !derivative_from_output(*node.rules))
                continue;
        }
        fusion.head[index] = head;
        fusion.tail[head] = index;
        ++length[head];
    }
    return fusion;
}

} // namespace burin::passes
