#include "burin/passes/verify.hpp"
#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/infer_shapes.hpp"
#include "burin/passes/schedule.hpp"
#include "support/plain_graph.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

using namespace plain;
using passes::Mode, passes::Role, passes::Step, passes::StepKind, passes::verify;

namespace {

/// 4 numbers, a matrix to 3, an activation, a matrix to 2.
constexpr auto table() {
    return passes::infer_shapes(
               graph(node(source), node(matrix<3>, {0}), node(from_output, {1}), node(matrix<2>, {2})))
        .graph;
}

/// Its steps: forward 1+2, forward 3, loss 3, parameters 3, input 3+2, parameters 1. Its values: 0 the input,
/// 1 the activation, 2 the output, 3 and 4 the gradients of these two.
constexpr auto training() {
    return passes::schedule(passes::differentiate<3>(table(), passes::fuse(table(), Mode::training)));
}

constexpr auto inference() {
    return passes::schedule(passes::forward_program(table(), passes::fuse(table(), Mode::inference)));
}

/// What is wrong with the table, once a change is made to it.
template <class Change>
constexpr Sentence of_graph(Change change) {
    auto changed = table();
    change(changed);
    return verify(changed);
}

template <class Change>
constexpr Sentence of_program(Change change) {
    auto program = training();
    change(program);
    return verify(program, table());
}

template <class Change>
constexpr Sentence of_liveness(Change change) {
    auto live = passes::liveness(training(), table().nodes);
    change(live);
    return verify(live, training(), table().nodes);
}

template <class Change>
constexpr Sentence of_memory(Change change) {
    const auto live = passes::liveness(training(), table().nodes);
    auto plan = passes::plan_memory<training().max_values>(live.span(), 100, 8);
    change(plan);
    return verify(plan, live.span(), 100, 8);
}

constexpr auto nothing = [](auto&) {};

} // namespace

TEST_CASE("verify: what the passes give is right") {
    CHECK_BOTH(of_graph(nothing).view() == "");
    CHECK_BOTH(of_program(nothing).view() == "");
    CHECK_BOTH(of_liveness(nothing).view() == "");
    CHECK_BOTH(of_memory(nothing).view() == "");
    CHECK_BOTH(verify(inference(), table()).view() == "");
}

TEST_CASE("verify: a table whose nodes read later ones, or have other shapes than their rules give") {
    CHECK_BOTH(of_graph([](auto& graph) { graph.nodes[1].inputs[0] = 2; }).view() ==
               "node 1: expected inputs before it, got node 2");
    CHECK_BOTH(of_graph([](auto& graph) { graph.nodes[0].input_count = 9; }).view() ==
               "node 0: expected at most 8 inputs");
    CHECK_BOTH(of_graph([](auto& graph) { graph.nodes[2].shape = Shape{5}; }).view() ==
               "node 2: expected shape [3], got [5]");
    CHECK_BOTH(of_graph([](auto& graph) { graph.nodes[0].shape = Shape{2, 2}; }).view() ==
               "node 0: expected shape [4], got [2, 2]");
    CHECK_BOTH(of_graph([](auto& graph) { graph.nodes[2].input_count = 0; }).view() ==
               "node 2: expected inputs, unless it is one");
    CHECK_BOTH(of_graph([](auto& graph) { graph.nodes[1].parameter_count = 3; }).view() ==
               "node 1: expected as many parameters as its rule has");
    CHECK_BOTH(of_graph([](auto& graph) { graph.nodes[3].parameter_offset = 5; }).view() ==
               "node 3: expected parameters of its own, got some of node 1");
    CHECK_BOTH(of_graph([](auto& graph) { graph.outputs[0] = 4; }).view() ==
               "output 0: expected a node, got node 4");
    CHECK_BOTH(of_graph([](auto& graph) { graph.nodes[3].rules = nullptr; }).view() ==
               "node 3: expected rules");
}

TEST_CASE("verify: shared parameters are in one place") {
    static constexpr auto shared = [] {
        auto second = node(matrix<4>, {1});
        second.shares_with = 1;
        return passes::infer_shapes(graph(node(source), node(matrix<4>, {0}), second)).graph;
    };
    CHECK_BOTH(verify(shared()).view() == "");
    constexpr auto apart = [] {
        auto table = shared();
        table.nodes[2].parameter_offset = 16;
        return table;
    };
    CHECK_BOTH(verify(apart()).view() == "node 2: expected the parameters of node 1, with which it shares");
}

TEST_CASE("verify: every value is written once, before it is read") {
    CHECK_BOTH(of_program([](auto& program) { std::swap(program.steps[0], program.steps[1]); }).view() ==
               "step 0: expected value 1 to be written before it is read");
    CHECK_BOTH(of_program([](auto& program) { program.steps[1][Role::result] = 1; }).view() ==
               "step 1: expected value 1 to be written once");
    CHECK_BOTH(of_program([](auto& program) { program.steps[1][Role::result] = 0; }).view() ==
               "step 1: expected value 0 to be written once"); // The caller's.
    CHECK_BOTH(of_program([](auto& program) { program.steps[4].input(0) = 77; }).view() ==
               "step 4: expected a value, got 77");
}

TEST_CASE("verify: a step has the operands of its kind, and no others") {
    CHECK_BOTH(of_program([](auto& program) { program.steps[2].input(0) = 0; }).view() ==
               "step 2: expected operands of its kind, got role 0"); // A loss reads no inputs.
    CHECK_BOTH(of_program([](auto& program) { program.steps[3][Role::result] = 4; }).view() ==
               "step 3: expected operands of its kind, got role 20"); // Parameters have no value.
    CHECK_BOTH(of_program([](auto& program) { program.steps[1][Role::result] = none; }).view() ==
               "step 1: expected a result");
    CHECK_BOTH(of_program([](auto& program) { program.steps[1].input(0) = none; }).view() ==
               "step 1, layer `3` `Matrix`: expected input 0");
    CHECK_BOTH(of_program([](auto& program) { program.steps[1].input(1) = 1; }).view() ==
               "step 1, layer `3` `Matrix`: expected no operand 1"); // A matrix has one input.
    CHECK_BOTH(of_program([](auto& program) { program.steps[4].which = 1; }).view() ==
               "step 4, layer `3` `Matrix`: expected one of its inputs, got 1");
    CHECK_BOTH(of_program([](auto& program) { program.steps[5].node = 4; }).view() ==
               "step 5: expected a node, got node 4");
}

TEST_CASE("verify: values have the sizes of what they hold") {
    CHECK_BOTH(of_program([](auto& program) { program.values[1].size = 4; }).view() ==
               "step 0, layer `1` `Matrix`: expected value 1 to have 3 elements, got 4");
    CHECK_BOTH(of_program([](auto& program) { program.values[3].size = 1; }).view() ==
               "step 2, layer `3` `Matrix`: expected value 3 to have 2 elements, got 1");
    CHECK_BOTH(of_program([](auto& program) { program.steps[4][Role::output_gradient] = 1; }).view() ==
               "step 4, layer `3` `Matrix`: expected value 1 to have 2 elements, got 3");
    CHECK_BOTH(of_program([](auto& program) { program.values[0].size = 5; }).view() ==
               "step 0, layer `1` `Matrix`: expected value 0 to have 4 elements, got 5");
}

TEST_CASE("verify: a layer has inputs of its output's size if it says so") {
    constexpr auto half = [](bool passes::OpTraits::* promise) {
        OpRules rules = square;
        rules.infer_shape = [](std::span<const Shape>) { return passes::InferredShape{.shape = Shape{3}}; };
        rules.traits.is_view = false;
        rules.traits.*promise = true;
        const auto table = passes::infer_shapes(graph(node(source), node(rules, {0}))).graph;
        const auto fusion = passes::no_fusion<2>();
        return verify(passes::forward_program(table, fusion), table);
    };
    CHECK_BOTH(half(&passes::OpTraits::in_place).view() == "");
    CHECK_BOTH(half(&passes::OpTraits::gradient_is_view).view() ==
               "layer `1` `Square`: expected inputs of the size of its output, as `gradient_is_view` "
               "promises, got 4 "
               "elements for 3");
    CHECK_BOTH(half(&passes::OpTraits::elementwise).view().find("`elementwise` promises") !=
               std::string_view::npos);
}

TEST_CASE("verify: what is computed together is a chain of elementwise functions") {
    CHECK_BOTH(of_program([](auto& program) { program.steps[0].epilogue = 3; }).view() ==
               "step 0, layer `1` `Matrix`: expected an epilogue of elementwise functions, got node 3");
}

TEST_CASE("verify: gradients of parameters are written once, then added to") {
    CHECK_BOTH(
        of_program([](auto& program) { program.steps[3].adds = true; }).view() ==
        "step 3, layer `3` `Matrix`: expected gradients of parameters to be written once, then added to");
    CHECK_BOTH(
        of_program([](auto& program) { program.steps[program.step_count++] = program.steps[5]; }).view() ==
        "step 6, layer `1` `Matrix`: expected gradients of parameters to be written once, then added to");
}

TEST_CASE("verify: outputs are there, and kept to the end where no loss takes them") {
    constexpr auto changed = [](auto change) {
        auto program = inference();
        change(program);
        return verify(program, table());
    };
    CHECK_BOTH(changed(nothing).view() == "");
    CHECK_BOTH(changed([](auto& program) { --program.step_count; }).view() ==
               "output 0: expected value 2 to be written");
    CHECK_BOTH(changed([](auto& program) { program.values[2].is_pinned = false; }).view() ==
               "output 0: expected value 2 to be kept to the end");
    CHECK_BOTH(changed([](auto& program) {
                   program.outputs[0] = 1;
                   program.values[1].is_pinned = true;
               }).view() == "output 0: expected the size of node 3");
    constexpr auto lost = [] {
        auto live = passes::liveness(inference(), table().nodes);
        live.lifetimes[live.storage[2]].last = 1;
        return verify(live, inference(), table().nodes);
    };
    CHECK_BOTH(lost().view() == "output: expected value 2 to be kept to the end");
}

TEST_CASE("verify: what is read is still there, and only what a rule allows is written over") {
    // The gradient of the output takes the output's place, as a loss allows: 2 and 3 share one.
    CHECK_BOTH(of_liveness([](auto& live) { live.storage[2] = live.storage[1]; }).view() ==
               "step 1: expected a place for value 2"); // Of another size.
    CHECK_BOTH(of_liveness([](auto& live) { live.storage[1] = none; }).view() ==
               "step 0: expected a place for value 1");
    CHECK_BOTH(of_liveness([](auto& live) { live.lifetimes[live.storage[1]].last = 2; }).view() ==
               "step 3: expected a place for value 1");
    constexpr auto of_matrices = [](bool in_place) {
        // Three matrices of one size, of which nothing may be written over.
        const auto table = passes::infer_shapes(graph(node(source), node(matrix<4>, {0}),
                                                      node(matrix<4>, {1}), node(sum, {1, 2})))
                               .graph;
        const auto program =
            passes::schedule(passes::forward_program(table, passes::fuse(table, Mode::inference)));
        auto live = passes::liveness(program, table.nodes);
        if (!in_place) {
            live.storage[2] = live.storage[1];
            live.lifetimes[live.storage[1]].last = 3;
        }
        return verify(live, program, table.nodes);
    };
    CHECK_BOTH(of_matrices(true).view() == "");
    CHECK_BOTH(of_matrices(false).view() ==
               "step 1: expected a place of its own for value 2, got that of value 1");
    constexpr auto given = [] {
        const auto program = passes::inputs_in_arena(inference());
        auto live = passes::liveness(program, table().nodes);
        live.storage[0] = none;
        return verify(live, program, table().nodes);
    };
    CHECK_BOTH(given().view() == "input: expected value 0 to have a place");
}

TEST_CASE("verify: what was written over is not read") {
    // An activation in the place of its input, which is read again behind it.
    constexpr auto overwritten = [] {
        const auto table = passes::infer_shapes(graph(node(source), node(matrix<4>, {0}),
                                                      node(from_output, {1}), node(sum, {1, 2})))
                               .graph;
        const auto program = passes::schedule(passes::forward_program(table, passes::no_fusion<4>()));
        auto live = passes::liveness(program, table.nodes);
        live.storage[2] = live.storage[1];
        live.lifetimes[live.storage[1]].last = 3;
        return verify(live, program, table.nodes);
    };
    CHECK_BOTH(overwritten().view() == "step 2: expected value 1 not to be written over before");
}

TEST_CASE("verify: pieces of memory do not meet, are in the arena and begin at a vector") {
    CHECK_BOTH(of_memory([](auto& plan) { plan.offsets[1] = plan.offsets[0]; }).view() ==
               "piece 1: expected a place of its own, got that of piece 0");
    CHECK_BOTH(of_memory([](auto& plan) { plan.size -= 1; }).view().starts_with("piece "));
    CHECK_BOTH(of_memory([](auto& plan) { plan.size = 299; }).view() ==
               "piece 0: expected to end in the arena of 299, got 300");
    CHECK_BOTH(of_memory([](auto& plan) {
                   plan.offsets[0] += 4;
                   plan.offsets[1] += 4;
                   plan.size += 4;
               }).view() == "piece 0: expected to begin at a multiple of 8, got 4");
}
