#pragma once

#include "burin/passes/fuse.hpp"
#include "burin/passes/node.hpp"
#include "burin/passes/program.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace burin::passes {

/// Room that surely suffices for a graph of N nodes with E edges and O outputs: for each node a forward step
/// and one for its parameters, for each edge a gradient and a sum, for each output a loss. Values likewise,
/// with what is saved for each node and scratch for each step that runs a rule.
/// Of `Count` wanted gradients each is one more output.
template <std::size_t N, std::size_t E, std::size_t O, std::size_t Count = 0>
using TrainingProgram = Program<2 * N + 2 * E + O, 4 * N + 3 * E + O, O + Count>;

template <std::size_t N, std::size_t O>
using InferenceProgram = Program<N, 3 * N, O>;

namespace detail {

template <class Program>
constexpr void add_scratch(Program& program, Step& step, std::span<const LoweredNode> nodes, Mode mode) {
    const LoweredNode& node = nodes[step.node];
    const InputShapes inputs = input_shapes(nodes, node);
    const Elements size = node.rules->scratch(inputs.span(), step.kind, mode);
    if (size.any())
        step[Role::scratch] = program.add_value({.size = size});
}

/// Appends the forward steps in the graph's order. Returns which value holds each node's output; a node that
/// is fused into its successor has none, a view has its input's.
template <class Program, std::size_t N, std::size_t O>
constexpr std::array<std::size_t, N> append_forward(Program& program, std::array<std::size_t, N>& saved,
                                                    const LoweredGraph<N, O>& graph, const Fusion<N>& fusion,
                                                    Mode mode, bool widens = false) {
    std::array<std::size_t, N> value_of{};
    value_of.fill(none);
    saved.fill(none);
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        if (node.rules->traits.is_input) {
            value_of[index] = program.add_value({.size = node.shape.size(), .is_external = true});
        } else if (is_view(*node.rules, mode)) {
            value_of[index] = value_of[node.inputs[0]];
        } else if (fusion.is_head(index)) {
            const std::size_t tail = fusion.tail[index];
            Step step{.kind = StepKind::forward, .node = index};
            step.epilogue = tail == index ? none : tail;
            for (std::size_t i = 0; i < node.input_count; ++i)
                step.input(i) = value_of[node.inputs[i]];
            if (const std::size_t sum = fusion.sum[index]; sum != none)
                step[Role::summand] =
                    value_of[std::min(graph.nodes[sum].inputs[0], graph.nodes[sum].inputs[1])];
            step[Role::result] = value_of[tail] = program.add_value({.size = node.shape.size()});
            if (saves(mode) && node.saved.any())
                step[Role::saves] = saved[index] = program.add_value({.size = node.saved});
            add_scratch(program, step, graph.nodes, mode);
            if (widens && node.parameter_count + node.statistics_count > 0) {
                const InputShapes inputs = input_shapes(graph.nodes, node);
                step[Role::widened] = program.add_value({.size = {0, node.rules->widened(inputs.span())}});
            }
            program.add_step(step);
        }
    }
    for (std::size_t i = 0; i < O; ++i) {
        program.outputs[i] = value_of[graph.outputs[i]];
        program.values[program.outputs[i]].is_pinned = mode != Mode::training;
    }
    return value_of;
}

/// The activation whose derivative the step that computes the gradient of `node`'s output can multiply in:
/// `node` itself or, through views, an ancestor, provided that nothing else reads anything on the way.
template <std::size_t N, std::size_t O>
constexpr std::size_t activation_behind(std::size_t node, const LoweredGraph<N, O>& graph,
                                        const std::array<std::size_t, N>& readers, Mode mode) {
    while (readers[node] == 1 && is_view(*graph.nodes[node].rules, mode))
        node = graph.nodes[node].inputs[0];
    return readers[node] == 1 && derivative_from_output(*graph.nodes[node].rules) ? node : none;
}

} // namespace detail

/// The program of a forward run: one step for each head of the fusion. If it `widens`, each step first puts
/// its node's parameters, which are stored in half the bits, into the arena.
template <std::size_t N, std::size_t O>
constexpr InferenceProgram<N, O> forward_program(const LoweredGraph<N, O>& graph, const Fusion<N>& fusion,
                                                 Mode mode = Mode::inference, bool widens = false) {
    InferenceProgram<N, O> program;
    std::array<std::size_t, N> saved{};
    detail::append_forward(program, saved, graph, fusion, mode, widens);
    return program;
}

/// Which gradients a program finds.
template <std::size_t Count = 0>
struct Wanted {
    /// Those of all trained parameters.
    bool parameters = true;
    /// Those of what these nodes give: inputs of the network or others.
    std::array<std::size_t, Count> nodes{};
    /// From how many of the graph's outputs gradients come: the first ones; `none` is all.
    std::size_t losses = none;
};

/// Which nodes a gradient must reach: those with trainable parameters or that are wanted themselves, and all
/// that follow them.
template <std::size_t N, std::size_t O, std::size_t Count = 0>
constexpr std::array<bool, N> needs_gradient(const LoweredGraph<N, O>& graph,
                                             const Wanted<Count>& wanted = {}) {
    std::array<bool, N> needed{};
    std::array<bool, N> asked{};
    for (std::size_t index : wanted.nodes)
        asked[index] = true;
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        needed[index] = asked[index];
        if (node.rules->traits.stops_gradient)
            continue;
        needed[index] = needed[index] || (wanted.parameters && node.is_trained());
        for (std::size_t i = 0; i < node.input_count; ++i)
            needed[index] = needed[index] || needed[node.inputs[i]];
    }
    return needed;
}

/// The program of one training step: forward, the loss of each output, then the backward steps in reverse
/// order.
///
/// Reverse-mode differentiation on values that are written once. The gradient of an activation with several
/// readers is the sum of their contributions. Gradients that reach no parameter are left out. A node's
/// parameter gradient comes before its input gradient, so that the activation it reads dies early and its
/// memory can be used again.
///
/// What is `wanted` says which gradients these are, of parameters, of inputs, of what a node gives. Those of
/// nodes are outputs of the program behind the graph's own, in their order; `none` where no gradient gets
/// there. A node that is no input must be an output of the graph, too, one without a loss: so that what it
/// gives is kept, and nothing fused with it.
template <std::size_t E, std::size_t N, std::size_t O, std::size_t Count = 0>
constexpr TrainingProgram<N, E, O, Count> differentiate(const LoweredGraph<N, O>& graph,
                                                        const Fusion<N>& fusion, Mode mode = Mode::training,
                                                        const Wanted<Count>& wanted = {}) {
    TrainingProgram<N, E, O, Count> program;
    std::array<std::size_t, N> saved{};
    const auto value_of = detail::append_forward(program, saved, graph, fusion, mode);
    const auto needed = needs_gradient(graph, wanted);
    const auto readers = count_readers(graph);
    std::array<std::size_t, N> gradient_of{};
    gradient_of.fill(none);
    std::array<bool, N> parameters_written{};

    const auto trains = [&](const LoweredNode& node) { return wanted.parameters && node.is_trained(); };
    /// Whether the gradient of this node's parameters is added to another's.
    const auto adds = [&](std::size_t index) {
        const std::size_t owner = graph.nodes[index].shares_with;
        return std::exchange(parameters_written[owner == none ? index : owner], true);
    };
    const auto read = [&](Step& step, const Reads& reads, std::size_t index) {
        const LoweredNode& node = graph.nodes[index];
        if (reads.input)
            for (std::size_t i = 0; i < node.input_count; ++i)
                step.input(i) = value_of[node.inputs[i]];
        if (reads.output)
            step[Role::output] = value_of[index];
    };

    const auto contribute = [&](std::size_t node, std::size_t gradient) {
        if (gradient_of[node] == none) {
            gradient_of[node] = gradient;
            return;
        }
        Step sum{.kind = StepKind::accumulate, .node = node};
        sum[Role::output_gradient] = gradient_of[node];
        sum[Role::summand] = gradient;
        sum[Role::result] = gradient_of[node] = program.add_value({.size = graph.nodes[node].shape.size()});
        program.add_step(sum);
    };

    for (std::size_t i = 0; i < O && i < wanted.losses; ++i) {
        const std::size_t output = graph.outputs[i];
        Step loss{.kind = StepKind::loss, .node = output, .which = i};
        loss[Role::output] = value_of[output];
        loss[Role::result] = program.add_value({.size = graph.nodes[output].shape.size()});
        program.add_step(loss);
        if (needed[output])
            contribute(output, loss[Role::result]);
    }

    for (std::size_t index = N; index-- > 0;) {
        const LoweredNode& node = graph.nodes[index];
        const OpRules& rules = *node.rules;
        if (gradient_of[index] == none || rules.traits.is_input || rules.traits.stops_gradient)
            continue;

        Step common{.node = index};
        common[Role::output_gradient] = gradient_of[index];
        common[Role::saved] = saved[index];

        if (rules.traits.joint_backward) {
            Step step = common;
            step.kind = StepKind::backward;
            step.trains = trains(node);
            step.adds = step.trains && adds(index);
            read(step, rules.traits.parameter_gradient, index);
            read(step, rules.traits.input_gradient, index);
            detail::add_scratch(program, step, graph.nodes, mode);
            bool any = step.trains;
            for (std::size_t i = 0; i < node.input_count; ++i)
                if (needed[node.inputs[i]]) {
                    any = true;
                    step.input_gradient(i) =
                        program.add_value({.size = graph.nodes[node.inputs[i]].shape.size()});
                }
            if (!any)
                continue;
            program.add_step(step);
            for (std::size_t i = 0; i < node.input_count; ++i)
                if (step.input_gradient(i) != none)
                    contribute(node.inputs[i], step.input_gradient(i));
            continue;
        }

        if (trains(node)) {
            Step step = common;
            step.kind = StepKind::backward_parameters;
            step.adds = adds(index);
            read(step, rules.traits.parameter_gradient, index);
            detail::add_scratch(program, step, graph.nodes, mode);
            program.add_step(step);
        }

        for (std::size_t i = 0; i < node.input_count; ++i) {
            const std::size_t input = node.inputs[i];
            if (!needed[input])
                continue;
            if (rules.traits.gradient_is_view || is_view(rules, mode)) {
                contribute(input, gradient_of[index]);
                continue;
            }
            Step step = common;
            step.kind = StepKind::backward_input;
            step.which = i;
            read(step, rules.traits.input_gradient, index);
            detail::add_scratch(program, step, graph.nodes, mode);
            std::size_t target = input;
            if (rules.traits.accepts_gradient_epilogue) {
                const std::size_t activation = detail::activation_behind(input, graph, readers, mode);
                if (activation != none) {
                    step.epilogue = activation;
                    if (graph.nodes[activation].rules->traits.input_gradient.output)
                        step.input(i) = value_of[activation];
                    target = graph.nodes[activation].inputs[0];
                }
            }
            step[Role::result] = program.add_value({.size = graph.nodes[input].shape.size()});
            program.add_step(step);
            contribute(target, step[Role::result]);
        }
    }

    for (std::size_t i = 0; i < Count; ++i) {
        program.outputs[O + i] = gradient_of[wanted.nodes[i]];
        if (program.outputs[O + i] != none)
            program.values[program.outputs[O + i]].is_pinned = true;
    }
    return program;
}

} // namespace burin::passes
