#pragma once

#include "burin/core/text.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/liveness.hpp"
#include "burin/passes/node.hpp"
#include "burin/passes/plan_memory.hpp"
#include "burin/passes/program.hpp"

#include <cstddef>
#include <span>

// What must hold between two passes. Each `verify` looks at what one pass gives and says what is wrong with
// it, as a sentence; it is empty if nothing is. Every Plan verifies its program, lifetimes and memory once,
// by the compiler. Node tables are verified in tests only, which do so around each pass.

namespace burin::passes {

namespace detail {

template <class... Words>
constexpr Sentence say(const Words&... words) {
    Sentence sentence;
    (sentence.append(words), ...);
    return sentence;
}

/// About a step that has a layer's rule run: `step 3, layer `1` `Dense<8>`: expected …`.
template <class... Words>
constexpr Sentence say_of(std::size_t step, const LoweredNode& node, const Words&... words) {
    return say("step ", step, ", ", expected_of(node).view(), words...);
}

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
        return kind == StepKind::accumulate || kind == StepKind::forward;
    case Role::saved:
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
              node.rules->traits.is_view_in_inference || node.rules->traits.is_sum) ||
            chained_input(node) >= tail)
            return false;
        tail = chained_input(node);
    }
    return true;
}

} // namespace detail

/// Of a node table: every node reads nodes before it, has the shape that its rule gives, and its parameters,
/// unless they are shared, are its own.
template <std::size_t N, std::size_t Outputs>
constexpr Sentence verify(const LoweredGraph<N, Outputs>& graph) {
    using detail::say;
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        if (node.rules == nullptr)
            return say("node ", index, ": expected rules");
        if (node.input_count > max_inputs)
            return say("node ", index, ": expected at most ", max_inputs, " inputs");
        if ((node.input_count == 0) != node.rules->traits.is_input)
            return say("node ", index, ": expected inputs, unless it is one");
        for (std::size_t i = 0; i < node.input_count; ++i)
            if (node.inputs[i] >= index)
                return say("node ", index, ": expected inputs before it, got node ", node.inputs[i]);
        const InputShapes inputs = input_shapes(graph.nodes, node);
        const InferredShape inferred = node.rules->infer_shape(inputs.span());
        if (!inferred.fits())
            return say("node ", index, ": expected inputs that its rule accepts");
        if (inferred.shape != node.shape)
            return say("node ", index, ": expected shape ", inferred.shape, ", got ", node.shape);
        if (node.parameter_count != node.rules->parameters(inputs.span()).size())
            return say("node ", index, ": expected as many parameters as its rule has");
        for (std::size_t other = 0; other < index; ++other) {
            const LoweredNode& before = graph.nodes[other];
            const bool is_shared = node.shares_with == other ||
                                   (node.shares_with != none && node.shares_with == before.shares_with);
            if (is_shared && node.parameter_offset != before.parameter_offset)
                return say("node ", index, ": expected the parameters of node ", other,
                           ", with which it shares");
            if (!is_shared && node.parameter_offset < before.parameter_offset + before.parameter_count &&
                before.parameter_offset < node.parameter_offset + node.parameter_count)
                return say("node ", index, ": expected parameters of its own, got some of node ", other);
        }
    }
    for (std::size_t i = 0; i < Outputs; ++i)
        if (graph.outputs[i] >= N)
            return say("output ", i, ": expected a node, got node ", graph.outputs[i]);
    return {};
}

/// Of a program: steps have the operands of their kind; every value is written once, before it is read;
/// outputs are there and kept to the end, unless a loss takes them.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
constexpr Sentence verify(const Program<MaxSteps, MaxValues, Outputs>& program) {
    using detail::say;
    bool is_there[MaxValues] = {};
    for (std::size_t v = 0; v < program.value_count; ++v)
        is_there[v] = program.values[v].is_external || program.values[v].is_given;
    bool has_loss[Outputs] = {};
    for (std::size_t s = 0; s < program.step_count; ++s) {
        const Step& step = program.steps[s];
        const std::size_t* const operands = step.operands.data();
        for (std::size_t role = 0; role < role_count; ++role) {
            const std::size_t value = operands[role];
            if (value == none)
                continue;
            if (value >= program.value_count)
                return say("step ", s, ": expected a value, got ", value);
            if (!detail::may_have(step.kind, Role(role)))
                return say("step ", s, ": expected operands of its kind, got role ", role);
            const bool is_written = role >= first_written_role;
            if (is_there[value] == is_written)
                return say("step ", s, ": expected value ", value,
                           is_written ? " to be written once" : " to be written before it is read");
            is_there[value] = true;
        }
        if (step[Role::result] == none && detail::may_have(step.kind, Role::result))
            return say("step ", s, ": expected a result");
        if (step.kind == StepKind::loss && step.which < Outputs)
            has_loss[step.which] = true;
    }
    for (std::size_t i = 0; i < Outputs; ++i) {
        const std::size_t value = program.outputs[i];
        if (value == none) // The gradient of what reaches no output.
            continue;
        if (!is_there[value])
            return say("output ", i, ": expected value ", value, " to be written");
        if (!program.values[value].is_pinned && !has_loss[i])
            return say("output ", i, ": expected value ", value, " to be kept to the end");
    }
    return {};
}

/// The same, and that the program fits the graph: values have the sizes of what they hold, what is computed
/// together is a chain, and gradients of shared parameters are written before others are added to them.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t AllOutputs, std::size_t N,
          std::size_t Outputs>
constexpr Sentence verify(const Program<MaxSteps, MaxValues, AllOutputs>& program,
                          const LoweredGraph<N, Outputs>& graph) {
    using detail::say, detail::say_of;
    if (const Sentence fault = verify(program); !fault.empty())
        return fault;
    Elements size_of[N] = {};
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        const OpTraits& traits = node.rules->traits;
        size_of[index] = node.shape.size();
        if (!traits.is_view && !traits.elementwise && !traits.gradient_is_view)
            continue;
        for (std::size_t i = 0; i < node.input_count; ++i)
            if (size_of[node.inputs[i]].per_sample != size_of[index].per_sample)
                return say("layer `", node.place.text().view(), "` `", node.rules->name().view(),
                           "`: expected inputs of the size of its output, as `",
                           traits.is_view       ? "is_view"
                           : traits.elementwise ? "elementwise"
                                                : "gradient_is_view",
                           "` promises, got ", size_of[node.inputs[i]].per_sample, " elements for ",
                           size_of[index].per_sample);
    }
    bool has_gradient[N] = {};
    for (std::size_t s = 0; s < program.step_count; ++s) {
        const Step& step = program.steps[s];
        const std::size_t* const operands = step.operands.data();
        if (step.node >= N)
            return say("step ", s, ": expected a node, got node ", step.node);
        const LoweredNode& node = graph.nodes[step.node];

        std::size_t computed = step.node;
        if (step.kind == StepKind::forward) {
            for (std::size_t i = 0; i < node.input_count; ++i)
                if (operands[i] == none)
                    return say_of(s, node, "input ", i);
            if (step.epilogue != none) {
                if (!node.rules->traits.accepts_epilogue || step.epilogue >= N ||
                    !detail::is_chain(graph, step.node, step.epilogue))
                    return say_of(s, node, "an epilogue of elementwise functions, got node ", step.epilogue);
                computed = step.epilogue;
            }
            if (step[Role::summand] != none && !node.rules->traits.accepts_sum && step.then == none)
                return say_of(s, node, "no summand");
            if (step.then != none) {
                if (node.rules->strip == nullptr || step.lines == 0 || step.then >= N ||
                    !graph.nodes[step.then].rules->traits.by_pixel ||
                    !detail::is_chain(graph, computed, graph.nodes[step.then].inputs[0]))
                    return say_of(s, node, "a layer by pixel behind it, got node ", step.then);
                computed = step.then;
                if (step.then_epilogue != none) {
                    if (!graph.nodes[step.then].rules->traits.accepts_epilogue || step.then_epilogue >= N ||
                        !detail::is_chain(graph, step.then, step.then_epilogue))
                        return say_of(s, node, "an epilogue of elementwise functions, got node ",
                                      step.then_epilogue);
                    computed = step.then_epilogue;
                }
            }
        } else if (step.kind == StepKind::backward_input) {
            if (step.which >= node.input_count)
                return say_of(s, node, "one of its inputs, got ", step.which);
            computed = node.inputs[step.which];
        }

        for (std::size_t role = 0; role < role_count; ++role) {
            const std::size_t value = operands[role];
            if (value == none || Role(role) >= Role::scratch)
                continue;
            const Elements* wanted = &size_of[step.node];
            const bool is_input = Role(role) < Role::output;
            if (is_input || (Role(role) >= Role::input_gradient && Role(role) < Role::result)) {
                const std::size_t input = is_input ? role : role - first_written_role;
                if (input >= node.input_count)
                    return say_of(s, node, "no operand ", input);
                wanted = &size_of[node.inputs[input]];
            } else if (Role(role) == Role::saved || Role(role) == Role::saves) {
                wanted = &node.saved;
            } else if (Role(role) == Role::result ||
                       (Role(role) == Role::summand && step.kind == StepKind::forward)) {
                wanted = &size_of[computed];
            }
            const Elements& size = program.values[value].size;
            if (size.per_sample != wanted->per_sample || size.fixed != wanted->fixed)
                return say_of(s, node, "value ", value, " to have ", *wanted * 1, " elements, got ",
                              size * 1);
        }

        if (step.kind == StepKind::backward_parameters || (step.kind == StepKind::backward && step.trains)) {
            bool& is_written = has_gradient[node.shares_with == none ? step.node : node.shares_with];
            if (is_written != step.adds)
                return say_of(s, node, "gradients of parameters to be written once, then added to");
            is_written = true;
        }
    }
    for (std::size_t i = 0; i < Outputs; ++i)
        if (program.outputs[i] != none &&
            program.values[program.outputs[i]].size != size_of[graph.outputs[i]])
            return say("output ", i, ": expected the size of node ", graph.outputs[i]);
    return {};
}

/// Of lifetimes: what a step reads is still where it was written; only what the step's rule allows is written
/// over; pinned values are there in the end.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
constexpr Sentence verify(const Liveness<MaxValues>& liveness,
                          const Program<MaxSteps, MaxValues, Outputs>& program,
                          std::span<const LoweredNode> nodes) {
    using detail::say;
    std::size_t holds[MaxValues] = {}; // One more than the value that is in each piece; 0 is none.
    const std::size_t* const storage = liveness.storage.data();
    const auto is_placed = [&](std::size_t value, std::size_t step) {
        const std::size_t piece = storage[value];
        if (piece >= liveness.count)
            return false;
        const Lifetime& lifetime = liveness.lifetimes[piece];
        const Elements& size = program.values[value].size;
        return lifetime.first <= step && step <= lifetime.last &&
               lifetime.size.per_sample == size.per_sample && lifetime.size.fixed == size.fixed;
    };
    for (std::size_t v = 0; v < program.value_count; ++v)
        if (program.values[v].is_given) {
            if (!is_placed(v, 0))
                return say("input: expected value ", v, " to have a place");
            holds[storage[v]] = v + 1;
        }
    for (std::size_t s = 0; s < program.step_count; ++s) {
        const Step& step = program.steps[s];
        for (const std::size_t value : step.reads()) {
            if (value == none || program.values[value].is_external)
                continue;
            if (!is_placed(value, s))
                return say("step ", s, ": expected a place for value ", value);
            if (holds[storage[value]] != value + 1)
                return say("step ", s, ": expected value ", value, " not to be written over before");
        }
        for (const std::size_t value : step.writes()) {
            if (value == none)
                continue;
            if (!is_placed(value, s))
                return say("step ", s, ": expected a place for value ", value);
            std::size_t& held = holds[storage[value]];
            if (held != 0) {
                bool is_allowed = false;
                if (value == step[Role::result] || value == step.input_gradient(0))
                    for (const std::size_t candidate : overwritable(step, *nodes[step.node].rules))
                        is_allowed = is_allowed || candidate == held - 1;
                if (!is_allowed)
                    return say("step ", s, ": expected a place of its own for value ", value,
                               ", got that of value ", held - 1);
            }
            held = value + 1;
        }
    }
    for (std::size_t v = 0; v < program.value_count; ++v)
        if (program.values[v].is_pinned && !program.values[v].is_external)
            if (!is_placed(v, program.step_count) || holds[storage[v]] != v + 1)
                return say("output: expected value ", v, " to be kept to the end");
    return {};
}

/// Of a memory plan: pieces that are in use at the same step do not meet; all are in the arena, and large
/// ones begin at a vector's boundary.
template <std::size_t MaxPieces>
constexpr Sentence verify(const MemoryPlan<MaxPieces>& plan, std::span<const Lifetime> lifetimes,
                          std::size_t batch, std::size_t vector) {
    using detail::say;
    std::size_t ends[MaxPieces] = {};
    const std::size_t* const begins = plan.offsets.data();
    const Lifetime* const lives = lifetimes.data();
    for (std::size_t a = 0; a < lifetimes.size(); ++a) {
        const std::size_t begin = begins[a];
        const std::size_t end = ends[a] = begin + lives[a].size * batch;
        if (end > plan.size)
            return say("piece ", a, ": expected to end in the arena of ", plan.size, ", got ", end);
        if (end - begin >= aligned_from_vectors * vector && begin % vector != 0)
            return say("piece ", a, ": expected to begin at a multiple of ", vector, ", got ", begin);
        for (std::size_t b = 0; b < a; ++b) {
            const bool is_first = begin < begins[b] || (begin == begins[b] && lives[b].over == a);
            if (lives[a].overlaps(lives[b]) && (is_first ? begins[b] - begin < distance(lives, a, b, batch)
                                                         : begin - begins[b] < distance(lives, b, a, batch)))
                return say("piece ", a, ": expected a place of its own, got that of piece ", b);
        }
    }
    return {};
}

} // namespace burin::passes
