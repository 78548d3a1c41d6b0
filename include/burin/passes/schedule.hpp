#pragma once

#include "burin/passes/program.hpp"

#include <array>
#include <cstddef>

namespace burin::passes {

/// Orders the steps depth first from the results (losses, parameter gradients, outputs), in the order in
/// which the results were written down, each preceded by what it needs and nothing else. So branches are
/// finished one after the other, a gradient is computed just before it is used, and steps that no result
/// needs disappear.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
constexpr Program<MaxSteps, MaxValues, Outputs>
schedule(const Program<MaxSteps, MaxValues, Outputs>& program) {
    std::array<std::size_t, MaxValues> writer{};
    writer.fill(none);
    for (std::size_t s = 0; s < program.step_count; ++s)
        for (std::size_t value : program.steps[s].writes())
            if (value != none)
                writer[value] = s;

    Program<MaxSteps, MaxValues, Outputs> ordered = program;
    ordered.step_count = 0;

    struct Visit {
        std::size_t step = 0;
        std::size_t next_read = 0;
    };
    std::array<Visit, MaxSteps> stack{};
    std::array<bool, MaxSteps> visited{};

    const auto emit_with_needs = [&](std::size_t result) {
        if (visited[result])
            return;
        std::size_t depth = 0;
        stack[depth++] = {result, 0};
        visited[result] = true;
        while (depth > 0) {
            Visit& visit = stack[depth - 1];
            const std::size_t* const reads = program.steps[visit.step].reads().begin();
            std::size_t pending = none;
            while (pending == none && visit.next_read < first_written_role) {
                const std::size_t value = reads[visit.next_read++];
                if (value != none && writer[value] != none && !visited[writer[value]])
                    pending = writer[value];
            }
            if (pending == none) {
                ordered.add_step(program.steps[visit.step]);
                --depth;
            } else {
                visited[pending] = true;
                stack[depth++] = {pending, 0};
            }
        }
    };

    for (std::size_t s = 0; s < program.step_count; ++s)
        if (program.steps[s].is_result())
            emit_with_needs(s);
    for (std::size_t output : program.outputs)
        if (output != none && writer[output] != none)
            emit_with_needs(writer[output]);
    return ordered;
}

} // namespace burin::passes
