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

/// Reads of one step: each input and the output of its node, the gradient, what was saved, one more for sums.
inline constexpr std::size_t max_reads = max_inputs + 4;

/// One kernel call.
struct Step {
    StepKind kind = StepKind::forward;
    std::size_t node = none;     ///< The node whose rule runs; for a loss, the node whose output it reads.
    std::size_t which = 0;       ///< backward_input: which input; loss: which output.
    bool trains = false;         ///< backward: the gradients of the parameters are wanted.
    std::size_t epilogue = none; ///< forward: last node fused behind it; backward_input: the activation whose
                                 ///< derivative is multiplied in.
    bool adds = false;           ///< The parameters' gradients are added to what another node wrote before.

    std::array<std::size_t, max_inputs>
        inputs{};                ///< The node's inputs; `none` where the step does not read them.
    std::size_t output = none;   ///< The node's output, where a backward step reads it.
    std::size_t gradient = none; ///< The gradient of the node's output that a backward step reads.
    std::size_t other = none;    ///< accumulate: the second summand.
    std::size_t saved_read = none;
    std::size_t saved_write = none;
    std::size_t scratch = none;
    std::size_t widened =
        none; ///< Where the node's parameters are widened to, if they are stored in half the bits.
    std::size_t write = none; ///< The value that it writes.
    std::array<std::size_t, max_inputs> input_gradients =
        no_inputs(); ///< backward: the gradient of each input; `none` where nobody needs it.

    constexpr std::array<std::size_t, max_reads> reads() const {
        std::array<std::size_t, max_reads> all{};
        for (std::size_t i = 0; i < max_inputs; ++i)
            all[i] = inputs[i];
        all[max_inputs] = output;
        all[max_inputs + 1] = gradient;
        all[max_inputs + 2] = other;
        all[max_inputs + 3] = saved_read;
        return all;
    }

    constexpr std::array<std::size_t, max_inputs + 4> writes() const {
        std::array<std::size_t, max_inputs + 4> all{};
        for (std::size_t i = 0; i < max_inputs; ++i)
            all[i] = input_gradients[i];
        all[max_inputs] = write;
        all[max_inputs + 1] = saved_write;
        all[max_inputs + 2] = scratch;
        all[max_inputs + 3] = widened;
        return all;
    }

    /// Whether the run is there for what this step does, and not for another step that reads what it writes.
    constexpr bool is_result() const {
        return kind == StepKind::loss || kind == StepKind::backward_parameters ||
               (kind == StepKind::backward && trains);
    }

    static constexpr std::array<std::size_t, max_inputs> no_inputs() {
        std::array<std::size_t, max_inputs> all{};
        all.fill(none);
        return all;
    }
};

/// The steps of a run, in order, and the values that they pass on.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
struct Program {
    static constexpr std::size_t max_steps = MaxSteps;
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
