#include "burin/passes/liveness.hpp"
#include "support/plain_graph.hpp"
#include "support/verified.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace plain;
using passes::Lifetime, passes::Role, passes::Step, passes::StepKind;

namespace {

/// Sizes of values 0, 1, …; step k writes value k + 1 and reads value k, all by `rules`.
template <std::size_t Values>
constexpr auto chain_liveness(const std::array<std::size_t, Values>& sizes, const OpRules& rules,
                              bool has_inputs_in_arena = false) {
    passes::Program<Values, Values, 1> program;
    for (std::size_t v = 0; v < Values; ++v)
        program.add_value({.size = sizes[v], .is_external = v == 0, .is_pinned = v == Values - 1});
    for (std::size_t v = 1; v < Values; ++v) {
        Step step{.kind = StepKind::forward, .node = 0};
        step.input(0) = v - 1;
        step[Role::result] = v;
        program.add_step(step);
    }
    const std::array nodes{node(rules)};
    return verified::liveness(has_inputs_in_arena ? passes::inputs_in_arena(program) : program, nodes);
}

constexpr bool same(const Lifetime& a, const Lifetime& b) {
    return a.size == b.size && a.first == b.first && a.last == b.last;
}

} // namespace

TEST_CASE("liveness: from the writing step to the last reading one; outputs to the end") {
    constexpr auto live = [] { return chain_liveness<4>({4, 3, 5, 2}, matrix<1>); };
    CHECK_BOTH(live().storage == std::array<std::size_t, 4>{none, 0, 1, 2}); // the input is the caller's
    CHECK_BOTH(live().count == 3);
    CHECK_BOTH(same(live().lifetimes[0], {3, 0, 1}));
    CHECK_BOTH(same(live().lifetimes[1], {5, 1, 2}));
    CHECK_BOTH(same(live().lifetimes[2], {2, 2, 3}));
}

TEST_CASE("liveness: a result takes its input's place where the rule allows it and the sizes agree") {
    constexpr auto live = [] { return chain_liveness<5>({3, 3, 3, 2, 2}, from_output); };
    // Never over the caller's memory; 1 → 2 and 3 → 4 in place, 2 → 3 not.
    CHECK_BOTH(live().storage == std::array<std::size_t, 5>{none, 0, 0, 1, 1});
    CHECK_BOTH(same(live().lifetimes[0], {3, 0, 2}));
    CHECK_BOTH(same(live().lifetimes[1], {2, 2, 4}));
}

TEST_CASE("liveness: nothing is written over a value that is read later") {
    constexpr auto live = [] {
        passes::Program<3, 4, 1> program;
        for (std::size_t v = 0; v < 4; ++v)
            program.add_value({.size = 2});
        const auto step = [](std::size_t reads, std::size_t also, std::size_t writes) {
            Step result{.kind = StepKind::forward, .node = 0};
            result.input(0) = reads;
            result.input(1) = also;
            result[Role::result] = writes;
            return result;
        };
        program.add_step(step(none, none, 0));
        program.add_step(step(0, none, 1));
        program.add_step(step(1, 0, 2)); // 0 is read again here
        const std::array nodes{node(from_output)};
        return verified::liveness(program, nodes);
    };
    CHECK_BOTH(live().storage[1] != live().storage[0]);
    CHECK_BOTH(live().storage[2] == live().storage[1]);
    CHECK_BOTH(live().storage[3] == none); // no step writes it
}

TEST_CASE(
    "liveness: a joint rule may write its first gradient over the one that it reads; scratch has a place "
    "for its step alone") {
    constexpr auto live = [](const OpRules& rules, bool wants_first) {
        passes::Program<2, 5, 1> program;
        for (std::size_t v = 0; v < 5; ++v)
            program.add_value({.size = v == 3 ? Elements(1, 9) : Elements(2)});
        Step loss{.kind = StepKind::loss, .node = 0};
        loss[Role::result] = 0;
        program.add_step(loss);
        Step joint{.kind = StepKind::backward, .node = 0};
        joint[Role::output_gradient] = 0;
        joint.input_gradient(0) = wants_first ? 1 : none;
        joint.input_gradient(1) = 2;
        joint[Role::scratch] = 3;
        program.add_step(joint);
        const std::array nodes{node(rules)};
        return verified::liveness(program, nodes);
    };
    CHECK_BOTH(live(joint<2>, true).storage == std::array<std::size_t, 5>{0, 0, 1, 2, none});
    CHECK_BOTH(live(joint_sum, true).storage == std::array<std::size_t, 5>{0, 1, 2, 3, none});
    CHECK_BOTH(live(joint<2>, false).storage == std::array<std::size_t, 5>{0, none, 1, 2, none});
    CHECK_BOTH(same(live(joint<2>, true).lifetimes[2], {Elements(1, 9), 1, 1}));
}

TEST_CASE("lower_bound: the largest sum that is in use at one step") {
    constexpr auto bound = [](auto... pieces) {
        const std::array<Lifetime, sizeof...(pieces)> lifetimes{pieces...};
        return passes::lower_bound(lifetimes);
    };
    CHECK_BOTH(bound(Lifetime{5, 0, 1}, Lifetime{3, 1, 2}, Lifetime{4, 2, 3}) == 8);
    CHECK_BOTH(bound(Lifetime{5, 0, 0}, Lifetime{3, 1, 1}) == 5);
    CHECK_BOTH(bound(Lifetime{1, 0, 9}, Lifetime{2, 4, 5}, Lifetime{2, 5, 6}, Lifetime{2, 6, 7}) == 5);
}

TEST_CASE("lower_bound: sizes that the batch does not change count once") {
    constexpr auto bound = [](std::size_t batch) {
        const std::array<Lifetime, 2> lifetimes{Lifetime{Elements(1, 100), 0, 1},
                                                Lifetime{Elements(3), 1, 2}};
        return passes::lower_bound(lifetimes, batch);
    };
    CHECK_BOTH(bound(1) == 104);
    CHECK_BOTH(bound(10) == 140);
}

TEST_CASE("liveness: inputs in the arena are there from the first step, and may be written over") {
    constexpr auto apart = [] { return chain_liveness<3>({4, 3, 5}, matrix<1>, true); };
    CHECK_BOTH(apart().storage == std::array<std::size_t, 3>{0, 1, 2});
    CHECK_BOTH(same(apart().lifetimes[0], {4, 0, 0}));
    CHECK_BOTH(same(apart().lifetimes[1], {3, 0, 1}));
    constexpr auto in_place = [] { return chain_liveness<3>({4, 4, 4}, from_output, true); };
    CHECK_BOTH(in_place().count == 1);
    CHECK_BOTH(same(in_place().lifetimes[0], {4, 0, 2}));
}
