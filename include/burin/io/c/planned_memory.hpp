#pragma once

#include "burin/io/c/file_text.hpp"
#include "burin/passes/liveness.hpp"
#include "burin/passes/plan_memory.hpp"
#include "burin/passes/program.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace burin::io::c {

/// Where the values of a plan are: in arguments of the C function, or at constant offsets of its arena. The
/// plan is that of Burin's own code but for what steps work with, `scratch` for each of them: C needs less.
template <class PlanType>
class PlannedMemory {
    using Role = passes::Role;

  public:
    explicit PlannedMemory(const std::vector<std::size_t>& scratch) : program_(PlanType::program) {
        for (std::size_t s = 0; s < program_.step_count; ++s) {
            passes::Step& step = program_.steps[s];
            if (step.then != passes::none)
                continue; // The lines between the two layers.
            if (scratch[s] == 0)
                step[Role::scratch] = passes::none;
            else if (step[Role::scratch] != passes::none)
                program_.values[step[Role::scratch]].size = {0, scratch[s]};
        }
        std::size_t input = 0;
        for (std::size_t v = 0; v < program_.value_count; ++v)
            names_.push_back(program_.values[v].is_external ? inner_name("input", input++) : "");
        live_ = passes::liveness(program_, PlanType::graph.nodes);
        plan_ = passes::plan_memory<max_values>(live_.span(), 1, 1);
    }

    std::size_t size() const { return plan_.size; }
    bool is_external(std::size_t value) const { return !names_[value].empty(); }
    std::size_t offset(std::size_t value) const { return plan_.offsets[live_.storage[value]]; }

    /// The value as a C expression; `NULL` if there is none.
    std::string at(std::size_t value) const {
        if (value == passes::none)
            return "NULL";
        return is_external(value) ? names_[value] : "arena + " + std::to_string(offset(value));
    }
    const passes::Step& step(std::size_t index) const { return program_.steps[index]; }

  private:
    static constexpr std::size_t max_values = decltype(PlanType::program)::max_values;

    std::remove_cvref_t<decltype(PlanType::program)> program_;
    std::vector<std::string> names_;
    passes::Liveness<max_values> live_{};
    passes::MemoryPlan<max_values> plan_{};
};

} // namespace burin::io::c
