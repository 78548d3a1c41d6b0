#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/infer_shapes.hpp"
#include "burin/passes/schedule.hpp"
#include "support/plain_graph.hpp"
#include "support/verified.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace plain;
using passes::Mode, passes::Role, passes::Step, passes::StepKind;

namespace {

/// The steps as text: forward 1, loss 3, parameters 2, input 2, plus 0.
constexpr Text<160> steps_of(const auto& program) {
    constexpr std::string_view kinds[] = {"forward", "loss", "parameters", "input", "gradients", "plus"};
    Text<160> text;
    for (std::size_t s = 0; s < program.step_count; ++s) {
        const Step& step = program.steps[s];
        text.append(s == 0 ? "" : ", ")
            .append(kinds[static_cast<std::size_t>(step.kind)])
            .append(" ")
            .append(step.node);
        if (step.epilogue != none)
            text.append("+").append(step.epilogue);
        if (step.adds)
            text.append(" adds");
    }
    return text;
}

template <std::size_t Edges>
constexpr Text<160> training_steps(const auto& table) {
    const auto shaped = verified::shaped(table);
    return steps_of(verified::differentiate<Edges>(shaped, verified::fuse(shaped, Mode::training)));
}

/// As an explanation wants them: the gradients of what some nodes give, and none of parameters.
template <std::size_t Edges, std::size_t Count>
constexpr auto explaining(const auto& table, const passes::Wanted<Count>& wanted) {
    const auto shaped = verified::shaped(table);
    return verified::schedule(verified::differentiate<Edges>(shaped, verified::fuse(shaped, Mode::explaining),
                                                             Mode::explaining, wanted),
                              shaped);
}

constexpr auto chain() {
    return graph(node(source), node(matrix<3>, {0}), node(from_output, {1}), node(matrix<2>, {2}));
}

constexpr auto chain_program() {
    const auto shaped = verified::shaped(chain());
    return verified::differentiate<3>(shaped, verified::fuse(shaped, Mode::training));
}

} // namespace

TEST_CASE("differentiate: forward, loss, backward; the activation's derivative goes into the product") {
    CHECK_BOTH(training_steps<3>(chain()).view() ==
               "forward 1+2, forward 3, loss 3, parameters 3, input 3+2, parameters 1");
}

TEST_CASE("differentiate: every step reads what an earlier one wrote") {
    constexpr auto in_order = [] {
        const auto program = chain_program();
        for (std::size_t s = 0; s < program.step_count; ++s)
            for (std::size_t read : program.steps[s].reads()) {
                bool written = read == none || program.values[read].is_external;
                for (std::size_t before = 0; before < s; ++before)
                    for (std::size_t write : program.steps[before].writes())
                        written = written || write == read;
                if (!written)
                    return false;
            }
        return true;
    };
    CHECK_BOTH(in_order());
    // The product's step reads the activation that it multiplies by, and not its own.
    CHECK_BOTH(chain_program().steps[4].input(0) == chain_program().steps[0][Role::result]);
    CHECK_BOTH(chain_program().steps[4][Role::output] == none);
}

TEST_CASE("differentiate: a derivative that reads its input is a step of its own") {
    CHECK_BOTH(training_steps<3>(
                   graph(node(source), node(matrix<3>, {0}), node(from_input, {1}), node(matrix<2>, {2})))
                   .view() ==
               "forward 1, forward 2, forward 3, loss 3, parameters 3, input 3, input 2, parameters 1");
}

TEST_CASE("differentiate: gradients of several readers are added; a sum passes its gradient on") {
    CHECK_BOTH(
        training_steps<5>(graph(node(source), node(matrix<4>, {0}), node(matrix<4>, {1}), node(sum, {1, 2})))
            .view() ==
        "forward 1, forward 2, forward 3, loss 3, parameters 2, input 2, plus 1, parameters 1");
}

TEST_CASE("differentiate: gradients that reach no parameter are left out") {
    CHECK_BOTH(training_steps<3>(
                   graph(node(source), node(from_output, {0}), node(matrix<2>, {1}), node(from_output, {2})))
                   .view() == "forward 1, forward 2+3, loss 3, input 3, parameters 2");
    CHECK_BOTH(training_steps<1>(graph(node(source), node(from_output, {0}))).view() == "forward 1, loss 1");
    constexpr auto needed = [] {
        return passes::needs_gradient(graph(node(source), node(from_output, {0})))[1];
    };
    CHECK_BOTH(!needed());
}

TEST_CASE(
    "differentiate: gradients of inputs and of what a node gives are wanted as those of parameters are") {
    using passes::Wanted;
    constexpr Wanted<1> input{.parameters = false, .nodes = {0}};
    CHECK_BOTH(steps_of(explaining<3>(chain(), input)).view() ==
               "forward 1+2, forward 3, loss 3, input 3+2, input 1");
    // As a second output, without a loss, the activation is computed by itself.
    constexpr auto middle = [] {
        const auto table = chain();
        const passes::LoweredGraph<4, 2> kept{.nodes = table.nodes, .outputs = {3, 2}};
        return explaining<3>(kept, Wanted<1>{.parameters = false, .nodes = {2}, .losses = 1});
    };
    CHECK_BOTH(steps_of(middle()).view() == "forward 1+2, forward 3, loss 3, input 3");
    CHECK_BOTH(middle().outputs[1] == middle().steps[0][Role::result]);
    CHECK_BOTH(middle().outputs[2] == middle().steps[3][Role::result]);
    constexpr auto both = [] {
        const auto shaped = verified::shaped(chain());
        return verified::differentiate<3>(shaped, verified::fuse(shaped, Mode::training), Mode::training,
                                          Wanted<1>{.nodes = {0}});
    };
    CHECK_BOTH(steps_of(both()).view() ==
               "forward 1+2, forward 3, loss 3, parameters 3, input 3+2, parameters 1, input 1");
    CHECK_BOTH(both().outputs[1] == both().steps[6][Role::result]);
    CHECK_BOTH(both().values[both().outputs[1]].is_pinned);
}

TEST_CASE("differentiate: nodes with shared weights add to one gradient") {
    constexpr auto table = [] {
        auto second = node(matrix<4>, {1});
        second.shares_with = 1;
        return graph(node(source), node(matrix<4>, {0}), second);
    };
    CHECK_BOTH(training_steps<2>(table()).view() ==
               "forward 1, forward 2, loss 2, parameters 2, input 2, parameters 1 adds");
}

TEST_CASE("differentiate: views are no steps, noise only in inference") {
    constexpr auto table = [] {
        return graph(node(source), node(matrix<4>, {0}), node(noise, {1}), node(square, {2}));
    };
    CHECK_BOTH(training_steps<3>(table()).view() == "forward 1, forward 2, loss 3, input 2, parameters 1");
    constexpr auto inference = [](const auto& graph) {
        const auto shaped = verified::shaped(graph);
        return verified::forward_program(shaped, verified::fuse(shaped, Mode::inference));
    };
    CHECK_BOTH(inference(table()).step_count == 1);
    CHECK_BOTH(inference(table()).outputs[0] == inference(table()).steps[0][Role::result]);
    CHECK_BOTH(inference(table()).values[inference(table()).outputs[0]].is_pinned);
}

namespace {

/// Two layers whose gradients are found all at once.
constexpr auto joint_graph() {
    return graph(node(source), node(joint<3>, {0}), node(joint<2>, {1}));
}

template <std::size_t Edges>
constexpr auto differentiated(const auto& table) {
    const auto shaped = verified::shaped(table);
    return verified::differentiate<Edges>(shaped, verified::fuse(shaped, Mode::training));
}

} // namespace

TEST_CASE("differentiate: a joint rule is one step, which writes those gradients that are wanted") {
    CHECK_BOTH(training_steps<2>(joint_graph()).view() ==
               "forward 1, forward 2, loss 2, gradients 2, gradients 1");
    static constexpr auto program = [] { return differentiated<2>(joint_graph()); };
    constexpr auto second = [] { return program().steps[3]; };
    constexpr auto first = [] { return program().steps[4]; };
    CHECK_BOTH(second().trains && first().trains);
    CHECK_BOTH(program().values[second().input_gradient(0)].size == 3);
    CHECK_BOTH(first()[Role::output_gradient] == second().input_gradient(0));
    CHECK_BOTH(first().input_gradient(0) == none); // That of the network's input.
    CHECK_BOTH(second().input(0) == program().steps[0][Role::result]);
    CHECK_BOTH(second()[Role::result] == none && second().is_result());
}

TEST_CASE("differentiate: a joint rule with two inputs gives only the one that is trained its gradient") {
    static constexpr auto program = [] {
        return differentiated<4>(graph(node(source), node(matrix<4>, {0}), node(joint_sum, {0, 1})));
    };
    CHECK_BOTH(program().steps[3].kind == StepKind::backward);
    CHECK_BOTH(!program().steps[3].trains);
    CHECK_BOTH(program().steps[3].input_gradient(0) == none);
    CHECK_BOTH(program().steps[4][Role::output_gradient] == program().steps[3].input_gradient(1));
    CHECK_BOTH(training_steps<4>(graph(node(source), node(matrix<4>, {0}), node(joint_sum, {1, 1}))).view() ==
               "forward 1, forward 2, loss 2, gradients 2, plus 1, parameters 1");
}

TEST_CASE("differentiate: joint rules add to the gradient of shared weights") {
    constexpr auto table = [] {
        auto second = node(joint<4>, {1});
        second.shares_with = 1;
        return graph(node(source), node(joint<4>, {0}), second);
    };
    CHECK_BOTH(training_steps<2>(table()).view() ==
               "forward 1, forward 2, loss 2, gradients 2, gradients 1 adds");
}

TEST_CASE(
    "differentiate: frozen nodes have no gradients of parameters, and pass on what is needed before them") {
    constexpr auto last_trained = [] {
        return graph(node(source), frozen(node(matrix<3>, {0})), node(from_output, {1}),
                     node(matrix<2>, {2}));
    };
    CHECK_BOTH(training_steps<3>(last_trained()).view() == "forward 1+2, forward 3, loss 3, parameters 3");
    constexpr auto first_trained = [](const OpRules& kind) {
        return graph(node(source), node(matrix<3>, {0}), frozen(node(kind, {1})));
    };
    CHECK_BOTH(training_steps<2>(first_trained(matrix<2>)).view() ==
               "forward 1, forward 2, loss 2, input 2, parameters 1");
    CHECK_BOTH(training_steps<2>(first_trained(joint<2>)).view() ==
               "forward 1, forward 2, loss 2, gradients 2, parameters 1");
    CHECK_BOTH(!differentiated<2>(first_trained(joint<2>)).steps[3].trains);
    CHECK_BOTH(training_steps<1>(graph(node(source), frozen(node(joint<2>, {0})))).view() ==
               "forward 1, loss 1");
}

TEST_CASE("differentiate: no gradient goes through what stops it") {
    CHECK_BOTH(
        training_steps<3>(graph(node(source), node(matrix<3>, {0}), node(barrier, {1}), node(matrix<2>, {2})))
            .view() == "forward 1, forward 3, loss 3, parameters 3");
    // Beside it, it does.
    CHECK_BOTH(
        training_steps<4>(graph(node(source), node(matrix<4>, {0}), node(barrier, {1}), node(sum, {1, 2})))
            .view() == "forward 1, forward 3, loss 3, parameters 1");
    constexpr auto needed = [] {
        return passes::needs_gradient(passes::infer_shapes(graph(node(source), node(matrix<3>, {0}),
                                                                 node(barrier, {1}), node(from_output, {2})))
                                          .graph);
    };
    CHECK_BOTH(needed()[1] && !needed()[2] && !needed()[3]);
}

TEST_CASE("differentiate: memory to work in is a value of its own for each step that asks for it") {
    static constexpr auto program = [] { return differentiated<2>(joint_graph()); };
    constexpr auto scratch_is = [](std::size_t step) {
        const std::size_t scratch = program().steps[step][Role::scratch];
        for (std::size_t other = 0; other < program().step_count; ++other)
            if (other != step && program().steps[other][Role::scratch] == scratch)
                return false;
        return program().values[scratch].size == Elements(2, 7);
    };
    CHECK_BOTH(scratch_is(0) && scratch_is(1) && scratch_is(3) && scratch_is(4));
    CHECK_BOTH(program().steps[2][Role::scratch] == none); // the loss
    constexpr auto inference = [] {
        const auto shaped = verified::shaped(joint_graph());
        return verified::forward_program(shaped, verified::fuse(shaped, Mode::inference));
    };
    CHECK_BOTH(inference().values[inference().steps[0][Role::scratch]].size == Elements(0, 7));
}

TEST_CASE("differentiate: what is saved may have a size that the batch does not change") {
    static constexpr auto program = [] {
        return differentiated<2>(graph(node(source), node(normalizer, {0}), node(matrix<2>, {1})));
    };
    constexpr std::size_t saved = program().steps[0][Role::saves];
    CHECK_BOTH(program().values[saved].size == Elements(0, 3));
    CHECK_BOTH(program().values[saved].size * 10 == 3);
    CHECK_BOTH(program().steps[program().step_count - 1][Role::saved] == saved);
}
