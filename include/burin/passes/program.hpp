#pragma once

#include "burin/passes/node.hpp"

#include <array>
#include <cstddef>

namespace burin::passes {

/// A buffer that one step writes, once, and later steps read.
struct Value {
    Elements size{};
    bool is_external = false; ///< Lives in the caller's memory: an input of the network.
    bool is_given = false;    ///< As that, but lives in the arena, and is there before the first step.
    bool is_pinned = false;   ///< Is kept to the end of the program: an output of the network.
};

/// What a value is to a step. A node's inputs, and their gradients, are as many roles as there are inputs:
/// see `Step::input`.
enum class Role : std::size_t {
    // What a step reads.
    input = 0,           ///< An input of its node.
    output = max_inputs, ///< The output of its node.
    output_gradient,     ///< The gradient of the output of its node.
    summand,             ///< A second gradient of that output; what a forward step adds in its epilogue.
    saved,               ///< What the forward step of its node saved.
    // What a step writes.
    input_gradient, ///< The gradient of an input of its node.
    /// The output of a forward step; the gradient that a loss or `backward_input` computes; a sum.
    result = input_gradient + max_inputs,
    saves,   ///< What the backward steps of its node read as `saved`.
    scratch, ///< Memory to work in.
    widened, ///< Its node's parameters, where they are stored in half the bits.
};
inline constexpr std::size_t role_count = static_cast<std::size_t>(Role::widened) + 1;
inline constexpr std::size_t first_written_role = static_cast<std::size_t>(Role::input_gradient);

/// Operands that stand together. A pointer is the iterator because a loop in a constant expression then calls
/// no function.
struct ValueRange {
    const std::size_t* first = nullptr;
    const std::size_t* last = nullptr;

    constexpr const std::size_t* begin() const { return first; }
    constexpr const std::size_t* end() const { return last; }
};

/// One kernel call. Its operands are values by their roles, `none` where the step has no such operand:
///
/// | kind | reads | writes |
/// |---|---|---|
/// | forward | inputs, summand | result: the output; saves, scratch, widened |
/// | loss | output | result: the gradient of the output |
/// | backward_parameters | inputs, output, output_gradient, saved | scratch |
/// | backward_input | inputs, output, output_gradient, saved | result: the gradient of an input; scratch |
/// | backward | inputs, output, output_gradient, saved | input_gradients, scratch |
/// | accumulate | output_gradient, summand | result: their sum |
///
/// A backward step reads only those of its node's inputs and output that the rule reads.
struct Step {
    StepKind kind = StepKind::forward;
    std::size_t node = none;     ///< The node whose rule runs; for a loss, the node whose output it reads.
    std::size_t which = 0;       ///< Which input a backward_input is of; which output a loss is of.
    std::size_t epilogue = none; ///< The last node that a forward step computes with its own, in registers;
                                 ///< the activation whose derivative a backward_input multiplies in.
    std::size_t then = none;     ///< The node that a forward step computes of what `node`, with its epilogue,
                                 ///< gives, of so many lines at a time, which go into the scratch memory,
    std::size_t lines = 0;
    std::size_t then_epilogue = none; ///< and the last node that is computed with it.
    bool trains = false;              ///< Whether a backward finds the gradients of parameters, too.
    bool adds = false;                ///< Whether these are added to what the step of another node wrote.
    std::array<std::size_t, role_count> operands = [] {
        std::array<std::size_t, role_count> no_operands{};
        no_operands.fill(none);
        return no_operands;
    }();

    constexpr std::size_t& operator[](Role role) { return operands[static_cast<std::size_t>(role)]; }
    constexpr std::size_t operator[](Role role) const { return operands[static_cast<std::size_t>(role)]; }
    constexpr std::size_t& input(std::size_t index) { return operands[index]; }
    constexpr std::size_t input(std::size_t index) const { return operands[index]; }
    constexpr std::size_t& input_gradient(std::size_t index) { return operands[first_written_role + index]; }
    constexpr std::size_t input_gradient(std::size_t index) const {
        return operands[first_written_role + index];
    }

    /// The values that it reads, and those that it writes; with `none` among them.
    constexpr ValueRange reads() const { return {operands.data(), operands.data() + first_written_role}; }
    constexpr ValueRange writes() const {
        return {operands.data() + first_written_role, operands.data() + role_count};
    }

    /// Of a forward step: the node whose output is its result.
    constexpr std::size_t computed() const {
        return then_epilogue != none ? then_epilogue
               : then != none        ? then
               : epilogue != none    ? epilogue
                                     : node;
    }

    /// Whether the run is there for what this step does, and not for another step that reads what it writes.
    constexpr bool is_result() const {
        return kind == StepKind::loss || kind == StepKind::backward_parameters ||
               (kind == StepKind::backward && trains);
    }
};

/// The steps of a run, in order, and the values that they pass on.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
struct Program {
    static constexpr std::size_t max_values = MaxValues;
    static constexpr std::size_t output_count = Outputs;

    std::array<Step, MaxSteps> steps{};
    std::size_t step_count = 0;
    std::array<Value, MaxValues> values{};
    std::size_t value_count = 0;
    std::array<std::size_t, Outputs> outputs{}; ///< The values that hold the network's outputs.

    constexpr std::size_t add_value(Value value) {
        values[value_count] = value;
        return value_count++;
    }
    constexpr void add_step(const Step& step) { steps[step_count++] = step; }
};

/// The program whose inputs the caller writes into the arena, where their memory is used for something else
/// when they have been read.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
constexpr auto inputs_in_arena(Program<MaxSteps, MaxValues, Outputs> program) {
    for (Value& value : program.values)
        if (value.is_external) {
            value.is_external = false;
            value.is_given = true;
        }
    return program;
}

} // namespace burin::passes
