#include "burin/passes/fuse.hpp"
#include "burin/passes/infer_shapes.hpp"
#include "support/plain_graph.hpp"
#include "support/verified.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace plain;
using passes::Mode;

namespace {

constexpr auto heads(const auto& table, Mode mode) {
    return verified::fuse(verified::shaped(table), mode).head;
}

/// A sum that a matrix's epilogue may make.
constexpr OpRules fused_sum = [] {
    OpRules result = sum;
    result.traits.is_sum = result.traits.accepts_epilogue = true;
    return result;
}();
constexpr OpRules adding_matrix = [] {
    OpRules result = matrix<4>;
    result.traits.accepts_sum = true;
    return result;
}();

template <std::size_t N>
using Numbers = std::array<std::size_t, N>;

} // namespace

TEST_CASE("fuse: in inference a chain is one step, in training one function is") {
    constexpr auto table = [] {
        return graph(node(source), node(matrix<3>, {0}), node(from_output, {1}), node(from_output, {2}));
    };
    CHECK_BOTH(heads(table(), Mode::inference) == Numbers<4>{0, 1, 1, 1});
    CHECK_BOTH(heads(table(), Mode::training) == Numbers<4>{0, 1, 1, 3});
    CHECK_BOTH(verified::fuse(verified::shaped(table()), Mode::inference).tail[1] == 3);
    CHECK_BOTH(verified::fuse(verified::shaped(table()), Mode::training).tail[1] == 2);
}

TEST_CASE("fuse: in inference functions are fused through views") {
    constexpr auto table = [] {
        return graph(node(source), node(matrix<3>, {0}), node(noise, {1}), node(from_output, {2}));
    };
    CHECK_BOTH(heads(table(), Mode::inference) == Numbers<4>{0, 1, 2, 1});
    CHECK_BOTH(verified::fuse(verified::shaped(table()), Mode::inference).tail[1] == 3);
    CHECK_BOTH(heads(table(), Mode::training)[3] == 3);
}

TEST_CASE("fuse: what a backward rule reads must be stored") {
    constexpr auto table = [] { return graph(node(source), node(matrix<3>, {0}), node(from_input, {1})); };
    CHECK_BOTH(heads(table(), Mode::inference) == Numbers<3>{0, 1, 1});
    CHECK_BOTH(heads(table(), Mode::training) == Numbers<3>{0, 1, 2});
    // The first function's derivative reads its own output, so nothing can be done to that in training.
    constexpr auto functions = [] {
        return graph(node(source), node(from_output, {0}), node(from_output, {1}));
    };
    CHECK_BOTH(heads(functions(), Mode::inference) == Numbers<3>{0, 1, 1});
    CHECK_BOTH(heads(functions(), Mode::training) == Numbers<3>{0, 1, 2});
}

TEST_CASE("fuse: a value with a second reader stays, and an output is a reader") {
    constexpr auto read_twice = [] {
        return graph(node(source), node(matrix<3>, {0}), node(from_output, {1}), node(sum, {1, 2}));
    };
    CHECK_BOTH(heads(read_twice(), Mode::inference) == Numbers<4>{0, 1, 2, 3});
    constexpr auto output = [] {
        auto table = graph(node(source), node(matrix<3>, {0}), node(from_output, {1}));
        table.outputs = {1};
        return table;
    };
    CHECK_BOTH(heads(output(), Mode::inference) == Numbers<3>{0, 1, 2});
}

TEST_CASE("fuse: at most max_epilogue functions behind one head; inputs are no head") {
    constexpr auto table = [] {
        return graph(node(source), node(matrix<3>, {0}), node(from_output, {1}), node(from_output, {2}),
                     node(from_output, {3}), node(from_output, {4}), node(from_output, {5}));
    };
    static_assert(passes::max_epilogue == 4);
    CHECK_BOTH(heads(table(), Mode::inference) == Numbers<7>{0, 1, 1, 1, 1, 1, 6});
    CHECK_BOTH(heads(graph(node(source), node(from_output, {0})), Mode::inference) == Numbers<2>{0, 1});
}

TEST_CASE("fuse: in inference a sum goes with the later of its inputs, and what is behind it too") {
    constexpr auto table = [] {
        return graph(node(source), node(adding_matrix, {0}), node(adding_matrix, {1}),
                     node(fused_sum, {0, 2}), node(from_output, {3}));
    };
    CHECK_BOTH(heads(table(), Mode::inference) == Numbers<5>{0, 1, 2, 2, 2});
    CHECK_BOTH(heads(table(), Mode::training) == Numbers<5>{0, 1, 2, 3, 3});
    CHECK_BOTH(heads(table(), Mode::streaming) == Numbers<5>{0, 1, 2, 3, 3});
    constexpr auto step = [=] {
        const auto graph = verified::shaped(table());
        return verified::forward_program(graph, verified::fuse(graph, Mode::inference)).steps[1];
    };
    CHECK_BOTH(step().node == 2 && step().epilogue == 4 && step()[passes::Role::summand] == 0);
    // In whichever order it reads them.
    constexpr auto branches = [] {
        return graph(node(source), node(adding_matrix, {0}), node(adding_matrix, {0}),
                     node(fused_sum, {2, 1}));
    };
    CHECK_BOTH(heads(branches(), Mode::inference) == Numbers<4>{0, 1, 2, 2});
}

TEST_CASE("fuse: a sum stays by itself where the other input is not there before, or all need not be") {
    constexpr auto same = [] {
        return graph(node(source), node(adding_matrix, {0}), node(fused_sum, {1, 1}));
    };
    CHECK_BOTH(heads(same(), Mode::inference) == Numbers<3>{0, 1, 2});
    constexpr auto late = [] {
        return graph(node(source), node(adding_matrix, {0}), node(from_input, {0}), node(fused_sum, {1, 2}));
    };
    CHECK_BOTH(heads(late(), Mode::inference) == Numbers<4>{0, 1, 2, 3});
    constexpr auto plain_matrix = [] {
        return graph(node(source), node(matrix<4>, {0}), node(fused_sum, {0, 1}));
    };
    CHECK_BOTH(heads(plain_matrix(), Mode::inference) == Numbers<3>{0, 1, 2});
    constexpr auto read_twice = [] {
        auto table = graph(node(source), node(adding_matrix, {0}), node(fused_sum, {0, 1}));
        table.outputs[0] = 1;
        return table;
    };
    CHECK_BOTH(heads(read_twice(), Mode::inference) == Numbers<3>{0, 1, 2});
    // One sum a step.
    constexpr auto two = [] {
        return graph(node(source), node(adding_matrix, {0}), node(fused_sum, {0, 1}),
                     node(fused_sum, {0, 2}));
    };
    CHECK_BOTH(heads(two(), Mode::inference) == Numbers<4>{0, 1, 1, 3});
}
