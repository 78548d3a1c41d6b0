#pragma once

#include "burin/core/text.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/liveness.hpp"
#include "burin/passes/node.hpp"
#include "burin/passes/plan_memory.hpp"
#include "burin/passes/program.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

// What must hold between two passes. Each `verify` looks at what one pass gives and says what is wrong with
// it, as a sentence; it is empty if nothing is. Every Plan does so once, by the compiler; tests do so around
// each pass.

namespace burin::passes {

namespace detail {

/// The first complaint; later ones are not heard.
struct Complaint {
    Sentence sentence{};

    template <class... Words>
    constexpr void add(const Words&... words) {
        if (sentence.empty())
            (sentence.append(words), ...);
    }
    template <class... Words>
    constexpr void expect(bool holds, const Words&... words) {
        if (!holds) [[unlikely]]
            add(words...);
    }
    /// About a step.
    template <class... Words>
    constexpr void expect_of_step(std::size_t step, bool holds, const Words&... words) {
        if (!holds) [[unlikely]]
            add("step ", step, ": expected ", words...);
    }
};

/// Whether a step of this kind may have an operand of this role; see Step.
constexpr bool may_have(StepKind kind, Role role) {
    const bool is_gradient = kind == StepKind::backward || kind == StepKind::backward_input ||
                             kind == StepKind::backward_parameters;
    if (role < Role::output)
        return kind == StepKind::forward || is_gradient;
    if (role >= Role::input_gradient && role < Role::result)
        return kind == StepKind::backward;
    switch (role) {
    case Role::output:
        return kind == StepKind::loss || is_gradient;
    case Role::output_gradient:
        return kind == StepKind::accumulate || is_gradient;
    case Role::summand:
        return kind == StepKind::accumulate;
    case Role::kept:
        return is_gradient;
    case Role::result:
        return kind != StepKind::backward && kind != StepKind::backward_parameters;
    case Role::scratch:
        return kind == StepKind::forward || is_gradient;
    default:
        return kind == StepKind::forward;
    }
}

/// Whether the nodes from `tail` back to `head` are elementwise, or views.
template <std::size_t N, std::size_t Outputs>
constexpr bool is_chain(const LoweredGraph<N, Outputs>& graph, std::size_t head, std::size_t tail) {
    while (tail != head) {
        const LoweredNode& node = graph.nodes[tail];
        if (!(node.rules->traits.elementwise || node.rules->traits.is_view ||
              node.rules->traits.is_view_in_inference) ||
            node.inputs[0] >= tail)
            return false;
        tail = node.inputs[0];
    }
    return true;
}

} // namespace detail

/// Of a node table: every node reads nodes before it, has the shape that its rule gives, and its parameters,
/// unless they are shared, are its own.
template <std::size_t N, std::size_t Outputs>
constexpr Sentence verify(const LoweredGraph<N, Outputs>& graph) {
    detail::Complaint complaint;
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        const auto expect = [&](bool holds, const auto&... words) {
            if (!holds)
                complaint.add("node ", index, ": expected ", words...);
        };
        expect(node.rules != nullptr, "rules");
        expect(node.input_count <= max_inputs, "at most ", max_inputs, " inputs");
        expect(node.rules == nullptr || (node.input_count == 0) == node.rules->traits.is_input,
               "inputs, unless it is one");
        for (std::size_t i = 0; i < node.input_count && i < max_inputs; ++i)
            expect(node.inputs[i] < index, "inputs before it, got node ", node.inputs[i]);
        if (!complaint.sentence.empty())
            break;
        const InputShapes inputs = input_shapes(graph.nodes, node);
        const InferredShape inferred = node.rules->infer_shape(inputs.span());
        expect(inferred.fits(), "inputs that its rule accepts");
        expect(!inferred.fits() || inferred.shape == node.shape, "shape ", inferred.shape, ", got ",
               node.shape);
        if (!complaint.sentence.empty())
            break;
        expect(node.parameter_count == node.rules->parameters(inputs.span()).size(),
               "as many parameters as its rule has");
        for (std::size_t other = 0; other < index; ++other) {
            const LoweredNode& before = graph.nodes[other];
            const bool is_shared = node.shares_with == other ||
                                   (node.shares_with != none && node.shares_with == before.shares_with);
            const bool meet = node.parameter_offset < before.parameter_offset + before.parameter_count &&
                              before.parameter_offset < node.parameter_offset + node.parameter_count;
            expect(is_shared || !meet, "parameters of its own, got some of node ", other);
            expect(!is_shared || node.parameter_offset == before.parameter_offset, "the parameters of node ",
                   other, ", with which it shares");
        }
    }
    for (std::size_t i = 0; i < Outputs; ++i)
        complaint.expect(graph.outputs[i] < N, "output ", i, ": expected a node, got node ",
                         graph.outputs[i]);
    return complaint.sentence;
}

/// Of a program: steps have the operands of their kind; every value is written once, before it is read;
/// outputs are there and kept to the end, unless a loss takes them.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
constexpr Sentence verify(const Program<MaxSteps, MaxValues, Outputs>& program) {
    detail::Complaint complaint;
    std::array<bool, MaxValues> is_there{};
    for (std::size_t v = 0; v < program.value_count; ++v)
        is_there[v] = program.values[v].is_external || program.values[v].is_given;
    std::array<bool, Outputs> has_loss{};
    for (std::size_t s = 0; s < program.step_count; ++s) {
        const Step& step = program.steps[s];
        for (std::size_t role = 0; role < role_count; ++role) {
            const std::size_t value = step.operands[role];
            if (value == none)
                continue;
            complaint.expect_of_step(s, value < program.value_count, "a value, got ", value);
            complaint.expect_of_step(s, detail::may_have(step.kind, Role(role)),
                                     "operands of its kind, got role ", role);
            if (!complaint.sentence.empty())
                return complaint.sentence;
            if (role < first_written_role) {
                complaint.expect_of_step(s, is_there[value], "value ", value,
                                         " to be written before it is read");
            } else {
                complaint.expect_of_step(s, !is_there[value], "value ", value, " to be written once");
                is_there[value] = true;
            }
        }
        complaint.expect_of_step(s, step[Role::result] != none || !detail::may_have(step.kind, Role::result),
                                 "a result");
        if (step.kind == StepKind::loss && step.which < Outputs)
            has_loss[step.which] = true;
    }
    for (std::size_t i = 0; i < Outputs; ++i) {
        const std::size_t value = program.outputs[i];
        if (value == none) // The gradient of what reaches no output.
            continue;
        complaint.expect(is_there[value], "output ", i, ": expected value ", value, " to be written");
        complaint.expect(program.values[value].is_pinned || has_loss[i], "output ", i, ": expected value ",
                         value, " to be kept to the end");
    }
    return complaint.sentence;
}

/// The same, and that the program fits the graph: values have the sizes of what they hold, what is computed
/// together is a chain, and gradients of shared parameters are written before others are added to them.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t AllOutputs, std::size_t N,
          std::size_t Outputs>
constexpr Sentence verify(const Program<MaxSteps, MaxValues, AllOutputs>& program,
                          const LoweredGraph<N, Outputs>& graph) {
    detail::Complaint complaint;
    complaint.sentence = verify(program);
    if (!complaint.sentence.empty())
        return complaint.sentence;
    std::array<bool, N> has_gradient{};
    for (std::size_t s = 0; s < program.step_count; ++s) {
        const Step& step = program.steps[s];
        complaint.expect_of_step(s, step.node < N, "a node, got node ", step.node);
        if (!complaint.sentence.empty())
            break;
        const LoweredNode& node = graph.nodes[step.node];
        const auto expect_size = [&](std::size_t value, const Elements& size, std::string_view what) {
            if (value != none)
                complaint.expect_of_step(s, program.values[value].size == size, "value ", value,
                                         " to have the size of ", what);
        };
        const auto size_of = [&](std::size_t index) { return Elements(graph.nodes[index].shape.size()); };

        std::size_t last = step.node;
        if (step.kind == StepKind::forward && step.epilogue != none) {
            const bool is_chain = node.rules->traits.accepts_epilogue && step.epilogue < N &&
                                  detail::is_chain(graph, step.node, step.epilogue);
            complaint.expect_of_step(s, is_chain, "an epilogue of elementwise functions, got node ",
                                     step.epilogue);
            last = is_chain ? step.epilogue : step.node;
        }
        for (std::size_t i = 0; i < max_inputs; ++i) {
            const bool is_input = i < node.input_count;
            complaint.expect_of_step(s, is_input || (step.input(i) == none && step.input_gradient(i) == none),
                                     "no operand ", i);
            if (!is_input || !complaint.sentence.empty())
                break;
            complaint.expect_of_step(s, step.kind != StepKind::forward || step.input(i) != none, "input ", i);
            expect_size(step.input(i), size_of(node.inputs[i]), "its input");
            expect_size(step.input_gradient(i), size_of(node.inputs[i]), "its input");
        }
        expect_size(step[Role::output], size_of(step.node), "its node");
        expect_size(step[Role::output_gradient], size_of(step.node), "its node");
        expect_size(step[Role::summand], size_of(step.node), "its node");
        expect_size(step[Role::keeps], node.saved, "what its node keeps");
        expect_size(step[Role::kept], node.saved, "what its node keeps");
        if (step.kind == StepKind::backward_input) {
            complaint.expect_of_step(s, step.which < node.input_count, "one of its inputs, got ", step.which);
            if (step.which < node.input_count)
                last = node.inputs[step.which];
        }
        expect_size(step[Role::result], size_of(last), "what it computes");

        if (step.kind == StepKind::backward_parameters || (step.kind == StepKind::backward && step.trains)) {
            bool& is_written = has_gradient[node.shares_with == none ? step.node : node.shares_with];
            complaint.expect_of_step(s, is_written == step.adds,
                                     "gradients of parameters to be written once, then added to");
            is_written = true;
        }
    }
    for (std::size_t i = 0; i < Outputs; ++i)
        if (program.outputs[i] != none)
            complaint.expect(program.values[program.outputs[i]].size ==
                                 Elements(graph.nodes[graph.outputs[i]].shape.size()),
                             "output ", i, ": expected the size of node ", graph.outputs[i]);
    return complaint.sentence;
}

/// Of lifetimes: what a step reads is still where it was written; only what the step's rule allows is written
/// over; pinned values are there in the end.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
constexpr Sentence verify(const Liveness<MaxValues>& liveness,
                          const Program<MaxSteps, MaxValues, Outputs>& program,
                          std::span<const LoweredNode> nodes) {
    detail::Complaint complaint;
    std::array<std::size_t, MaxValues> holds{}; // The value that is in each piece.
    holds.fill(none);
    const auto is_placed = [&](std::size_t value, std::size_t step) {
        const std::size_t piece = liveness.storage[value];
        return piece < liveness.count && liveness.lifetimes[piece].first <= step &&
               step <= liveness.lifetimes[piece].last &&
               liveness.lifetimes[piece].size == program.values[value].size;
    };
    for (std::size_t v = 0; v < program.value_count; ++v)
        if (program.values[v].is_given) {
            complaint.expect(is_placed(v, 0), "input: expected value ", v, " to have a place");
            if (complaint.sentence.empty())
                holds[liveness.storage[v]] = v;
        }
    for (std::size_t s = 0; s < program.step_count && complaint.sentence.empty(); ++s) {
        const Step& step = program.steps[s];
        for (const std::size_t value : step.reads()) {
            if (value == none || program.values[value].is_external)
                continue;
            const bool has_place = is_placed(value, s);
            complaint.expect_of_step(s, has_place, "a place for value ", value);
            complaint.expect_of_step(s, !has_place || holds[liveness.storage[value]] == value, "value ",
                                     value, " not to be written over before");
        }
        for (const std::size_t value : step.writes()) {
            if (value == none)
                continue;
            complaint.expect_of_step(s, is_placed(value, s), "a place for value ", value);
            if (!complaint.sentence.empty())
                break;
            std::size_t& held = holds[liveness.storage[value]];
            if (held != none) {
                bool is_allowed = false;
                if (value == step[Role::result] || value == step.input_gradient(0))
                    for (const std::size_t candidate : overwritable(step, *nodes[step.node].rules))
                        is_allowed = is_allowed || candidate == held;
                complaint.expect_of_step(s, is_allowed, "a place of its own for value ", value,
                                         ", got that of value ", held);
            }
            held = value;
        }
    }
    for (std::size_t v = 0; v < program.value_count && complaint.sentence.empty(); ++v)
        if (program.values[v].is_pinned && !program.values[v].is_external)
            complaint.expect(is_placed(v, program.step_count) && holds[liveness.storage[v]] == v,
                             "output: expected value ", v, " to be kept to the end");
    return complaint.sentence;
}

/// Of a memory plan: pieces that are in use at the same step do not meet; all are in the arena, and large
/// ones begin at a vector's boundary.
template <std::size_t MaxPieces>
constexpr Sentence verify(const MemoryPlan<MaxPieces>& plan, std::span<const Lifetime> lifetimes,
                          std::size_t batch, std::size_t vector) {
    detail::Complaint complaint;
    for (std::size_t a = 0; a < lifetimes.size() && complaint.sentence.empty(); ++a) {
        const Lifetime& lifetime = lifetimes[a];
        const std::size_t begin = plan.offsets[a];
        const std::size_t end = begin + lifetime.size * batch;
        complaint.expect(end <= plan.size, "piece ", a, ": expected to end in the arena of ", plan.size,
                         ", got ", end);
        complaint.expect(end - begin < aligned_from_vectors * vector || begin % vector == 0, "piece ", a,
                         ": expected to begin at a multiple of ", vector, ", got ", begin);
        for (std::size_t b = 0; b < a; ++b)
            if (plan.offsets[b] < end && begin < plan.offsets[b] + lifetimes[b].size * batch)
                complaint.expect(!lifetime.overlaps(lifetimes[b]), "piece ", a,
                                 ": expected a place of its own, got that of piece ", b);
    }
    return complaint.sentence;
}

} // namespace burin::passes
