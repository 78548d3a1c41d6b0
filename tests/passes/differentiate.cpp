#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/infer_shapes.hpp"
#include "support/plain_graph.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace plain;
using passes::Mode, passes::Step, passes::StepKind;

namespace {

/// The steps as text: forward 1, loss 3, parameters 2, input 2, plus 0.
template <std::size_t Edges>
constexpr Text<160> training_steps(const auto& table) {
    const auto shaped = passes::infer_shapes(table).graph;
    const auto program = passes::differentiate<Edges>(shaped, passes::fuse(shaped, Mode::training));
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

constexpr auto chain() {
    return graph(node(source), node(matrix<3>, {0}), node(from_output, {1}), node(matrix<2>, {2}));
}

constexpr auto chain_program() {
    const auto shaped = passes::infer_shapes(chain()).graph;
    return passes::differentiate<3>(shaped, passes::fuse(shaped, Mode::training));
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
    CHECK_BOTH(chain_program().steps[4].inputs[0] == chain_program().steps[0].write);
    CHECK_BOTH(chain_program().steps[4].output == none);
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
        const auto shaped = passes::infer_shapes(graph).graph;
        return passes::forward_program(shaped, passes::fuse(shaped, Mode::inference));
    };
    CHECK_BOTH(inference(table()).step_count == 1);
    CHECK_BOTH(inference(table()).outputs[0] == inference(table()).steps[0].write);
    CHECK_BOTH(inference(table()).values[inference(table()).outputs[0]].is_pinned);
}
