#include "burin/passes/infer_shapes.hpp"
#include "support/plain_graph.hpp"
#include "support/verified.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace plain;

namespace {

constexpr auto shaped(auto... nodes) {
    const auto result = passes::infer_shapes(graph(nodes...));
    if (result.misfit == none)
        verified::require(result.graph);
    return result;
}

constexpr auto chain() {
    return shaped(node(source), node(matrix<3>, {0}), node(from_output, {1}), node(matrix<2>, {2}));
}

} // namespace

TEST_CASE("infer_shapes: shapes and parameter ranges in topological order") {
    CHECK_BOTH(chain().misfit == none);
    CHECK_BOTH(chain().graph.nodes[0].shape == Shape{4});
    CHECK_BOTH(chain().graph.nodes[2].shape == Shape{3});
    CHECK_BOTH(chain().graph.nodes[3].shape == Shape{2});
    CHECK_BOTH(chain().graph.nodes[1].parameter_offset == 0 && chain().graph.nodes[1].parameter_count == 12);
    CHECK_BOTH(chain().graph.nodes[2].parameter_count == 0);
    CHECK_BOTH(chain().graph.nodes[3].parameter_offset == 12 && chain().graph.nodes[3].parameter_count == 6);
    CHECK_BOTH(chain().parameter_count == 18);
    CHECK_BOTH(shaped(node(source), node(noise, {0})).graph.nodes[1].saved == 1);
}

TEST_CASE("infer_shapes: shared weights have one range, and need equal inputs") {
    constexpr auto shared = [](std::size_t first_width_node) {
        auto second = node(matrix<5>, {first_width_node});
        second.shares_with = 1;
        return passes::infer_shapes(graph(node(source), node(matrix<5>, {0}), second));
    };
    CHECK_BOTH(shared(0).misfit == none);
    CHECK_BOTH(shared(0).graph.nodes[2].parameter_offset == 0);
    CHECK_BOTH(shared(0).parameter_count == 20);
    CHECK_BOTH(shared(1).misfit == 2); // reads 5 numbers, its sister 4
    CHECK(passes::describe_misfit(shared(1)).view() ==
          "layer `2` `Matrix`: expected the input shape of the first node with these SharedWeights `[4]`, "
          "got `[5]`");
}

TEST_CASE("infer_shapes: stops at the first node that does not fit and says which") {
    constexpr auto wrong = [] {
        return shaped(node(source), node(square, {0}), node(matrix<3>, {1}), node(matrix<3>, {1}));
    };
    CHECK_BOTH(wrong().misfit == 2);
    CHECK(passes::describe_misfit(wrong()).view() ==
          "layer `2` `Matrix`: expected one axis, got `[2, 2]`; flatten it");
    CHECK_BOTH(passes::describe_misfit(chain()).view().empty());
}

TEST_CASE("infer_shapes: what is trained comes first, then what is frozen, then the statistics") {
    constexpr auto mixed = [] {
        return shaped(node(source), frozen(node(matrix<3>, {0})), node(normalizer, {1}),
                      node(matrix<2>, {2}));
    };
    CHECK_BOTH(mixed().graph.nodes[2].parameter_offset == 0);
    CHECK_BOTH(mixed().graph.nodes[3].parameter_offset == 3);
    CHECK_BOTH(mixed().trained_count == 3 + 6);
    CHECK_BOTH(mixed().graph.nodes[1].parameter_offset == 9);
    CHECK_BOTH(mixed().parameter_count == 9 + 12);
    CHECK_BOTH(mixed().graph.nodes[2].statistics_offset == 21);
    CHECK_BOTH(mixed().graph.nodes[2].statistics_count == 3);
    CHECK_BOTH(mixed().statistics_count == 3 && mixed().updated_statistics_count == 3);
    CHECK_BOTH(!mixed().graph.nodes[1].is_trained() && mixed().graph.nodes[2].is_trained());
    CHECK_BOTH(mixed().graph.nodes[2].saved == Elements(0, 3));
}

TEST_CASE("infer_shapes: the statistics of what is frozen come last") {
    constexpr auto mixed = [] {
        return shaped(node(source), frozen(node(normalizer, {0})), node(normalizer, {1}));
    };
    CHECK_BOTH(mixed().statistics_count == 8 && mixed().updated_statistics_count == 4);
    CHECK_BOTH(mixed().graph.nodes[1].statistics_offset == 8 + 4);
    CHECK_BOTH(mixed().graph.nodes[2].statistics_offset == 8);
}

TEST_CASE(
    "infer_shapes: nodes with shared weights share their statistics and are frozen together, but each has "
    "its state") {
    constexpr auto shared = [] {
        auto second = node(normalizer, {1});
        second.shares_with = 1;
        return passes::infer_shapes(graph(node(source), frozen(node(normalizer, {0})), second));
    };
    CHECK_BOTH(shared().trained_count == 0);
    CHECK_BOTH(shared().parameter_count == 4 && shared().statistics_count == 4);
    CHECK_BOTH(shared().graph.nodes[2].is_frozen);
    CHECK_BOTH(shared().graph.nodes[1].statistics_offset == 4 &&
               shared().graph.nodes[2].statistics_offset == 4);
    CHECK_BOTH(shared().state_count == 2);
    CHECK_BOTH(shared().graph.nodes[1].state_offset == 0 && shared().graph.nodes[2].state_offset == 1);
}
