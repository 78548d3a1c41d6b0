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
