#include "burin/passes/traffic.hpp"
#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/infer_shapes.hpp"
#include "support/plain_graph.hpp"
#include "support/verified.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>

using namespace plain;
using passes::Mode, passes::Traffic;

namespace {

constexpr bool same(const Traffic& a, const Traffic& b) {
    return a.read == b.read && a.written == b.written;
}

/// 4 numbers, a matrix to 3, an activation, a matrix to 2.
constexpr Traffic of_step(std::size_t index, std::size_t batch) {
    const auto shaped = passes::infer_shapes(graph(node(source), node(matrix<3>, {0}), node(from_output, {1}),
                                                   node(matrix<2>, {2})))
                            .graph;
    const auto program = verified::differentiate<3>(shaped, verified::fuse(shaped, Mode::training));
    return passes::traffic(program.steps[index], program, shaped.nodes, batch);
}

} // namespace

TEST_CASE("traffic: each operand of a step once, parameters once for the batch") {
    CHECK_BOTH(same(of_step(0, 10), {4 * 10 + 12, 3 * 10}));         // forward, its activation included
    CHECK_BOTH(same(of_step(1, 10), {3 * 10 + 6, 2 * 10}));          // forward
    CHECK_BOTH(same(of_step(2, 10), {2 * 10, 2 * 10}));              // loss
    CHECK_BOTH(same(of_step(3, 10), {3 * 10 + 2 * 10, 6}));          // gradient of the parameters
    CHECK_BOTH(same(of_step(4, 10), {2 * 10 + 3 * 10 + 6, 3 * 10})); // of the input, times the derivative
    CHECK_BOTH(same(of_step(5, 10), {4 * 10 + 3 * 10, 12}));         // gradient of the first parameters
}
