#include "burin/passes/schedule.hpp"
#include "support/plain_graph.hpp"
#include "support/verified.hpp"

#include <doctest/doctest.h>

#include <array>
#include <initializer_list>

using namespace plain;
using passes::Role, passes::Step, passes::StepKind;

namespace {

/// Step k writes value k, unless it finds gradients of parameters, and reads those given.
constexpr Step step(StepKind kind, std::size_t number, std::initializer_list<std::size_t> reads) {
    Step result{.kind = kind, .node = number};
    std::size_t count = 0;
    for (std::size_t read : reads)
        (kind == StepKind::loss ? result[Role::output] : result.input(count++)) = read;
    if (kind != StepKind::backward_parameters)
        result[Role::result] = number;
    return result;
}

template <std::size_t Steps>
constexpr auto order(const std::array<Step, Steps>& steps, std::size_t output) {
    passes::Program<Steps, Steps, 1> program;
    for (const Step& each : steps) {
        program.add_value({.size = 1, .is_pinned = program.value_count == output});
        program.add_step(each);
    }
    program.outputs = {output};
    const auto scheduled = verified::schedule(program);
    std::array<std::size_t, Steps> nodes{};
    nodes.fill(none);
    for (std::size_t s = 0; s < scheduled.step_count; ++s)
        nodes[s] = scheduled.steps[s].node;
    return nodes;
}

using enum StepKind;

} // namespace

TEST_CASE("schedule: what a result needs comes just before it, branch by branch") {
    // Two branches, written breadth first: 0 -> 2 and 1 -> 3, joined by 4.
    constexpr auto steps = [] {
        return std::array{step(forward, 0, {}), step(forward, 1, {}), step(forward, 2, {0}),
                          step(forward, 3, {1}), step(forward, 4, {2, 3})};
    };
    CHECK_BOTH(order(steps(), 4) == std::array<std::size_t, 5>{0, 2, 1, 3, 4});
}

TEST_CASE("schedule: steps that no result needs disappear") {
    constexpr auto steps = [] {
        return std::array{step(forward, 0, {}), step(forward, 1, {0}), step(forward, 2, {0})};
    };
    CHECK_BOTH(order(steps(), 1) == std::array<std::size_t, 3>{0, 1, none});
    CHECK_BOTH(order(steps(), 0) == std::array<std::size_t, 3>{0, none, none});
}

TEST_CASE("schedule: losses and parameter gradients are results, in the order written") {
    constexpr auto steps = [] {
        return std::array{step(forward, 0, {}),
                          step(forward, 1, {0}),
                          step(loss, 2, {1}),
                          step(backward_input, 3, {2}),
                          step(backward_input, 4, {2}),
                          step(backward_parameters, 5, {4}),
                          step(backward_parameters, 6, {3, 0})};
    };
    CHECK_BOTH(order(steps(), 1) == std::array<std::size_t, 7>{0, 1, 2, 4, 5, 3, 6});
}
