#pragma once

#include "burin/core/text.hpp"
#include "burin/passes/node.hpp"
#include "burin/passes/program.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace burin::passes {

/// Whether the layer has the rule that the step runs.
constexpr bool has_rule(const Step& step, const Rules& rules) {
    switch (step.kind) {
    case StepKind::backward_parameters:
        return rules.backward_parameters;
    case StepKind::backward_input:
        return rules.backward_input[step.which];
    case StepKind::backward:
        return rules.backward;
    default:
        return true;
    }
}

/// What a program would need to go back through a layer that has no rule for it; empty if all have.
///
///     layer `2` `Maxout<3>`: expected `backward_input<0>` or `.stops_gradient` in its `traits`, got a layer
///     without; …
template <class Program>
constexpr Sentence describe_missing_rule(const Program& program, std::span<const LoweredNode> nodes) {
    Sentence sentence;
    for (std::size_t i = 0; i < program.step_count && sentence.empty(); ++i) {
        const Step& step = program.steps[i];
        const OpRules& rules = *nodes[step.node].rules;
        if (has_rule(step, rules.given))
            continue;
        sentence = expected_of(nodes[step.node]);
        std::string_view declaration;
        if (step.kind == StepKind::backward) {
            sentence.append("`backward`, as its `traits` say `joint_backward`");
            declaration = "template <class Context> static void backward";
        } else if (step.kind == StepKind::backward_parameters) {
            sentence.append("`backward_parameters`, as it has parameters");
            declaration = "template <class Context> static void backward_parameters";
        } else {
            sentence.append("`backward_input<")
                .append(step.which)
                .append(">` or `.stops_gradient` in its `traits`");
            declaration = "template <std::size_t Which, class Context> static void backward_input";
        }
        sentence.append(", got a layer without; ");
        if (step.kind != StepKind::backward && rules.given.backward)
            sentence.append("for its `backward` say `.joint_backward`");
        else
            sentence.append("declare `").append(declaration).append("(const Context& run) noexcept`");
    }
    return sentence;
}

} // namespace burin::passes
