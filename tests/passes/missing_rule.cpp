#include "burin/passes/missing_rule.hpp"
#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/infer_shapes.hpp"
#include "support/plain_graph.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace plain;
using passes::Mode;

namespace {

/// Those of a kind of layer that has all of these rules.
constexpr OpRules with(OpRules kind, const passes::Rules& given) {
    kind.given = given;
    return kind;
}

constexpr OpRules whole_matrix = with(matrix<3>, {.backward_parameters = true, .backward_input = {true}});
constexpr OpRules only_parameters = with(matrix<3>, {.backward_parameters = true});
constexpr OpRules only_input = with(matrix<3>, {.backward_input = {true}});
constexpr OpRules unsaid_joint = with(matrix<3>, {.backward = true});
constexpr OpRules whole_joint = with(joint<3>, {.backward = true});
constexpr OpRules empty_joint = joint<3>;

/// Four numbers, the first kind of layer and the second.
constexpr Sentence missing(const OpRules& first, const OpRules& second) {
    const auto shaped = passes::infer_shapes(graph(node(source), node(first, {0}), node(second, {1}))).graph;
    return passes::describe_missing_rule(
        passes::differentiate<2>(shaped, passes::fuse(shaped, Mode::training)), shaped.nodes);
}

constexpr bool starts(const Sentence& sentence, std::string_view beginning) {
    return sentence.view().starts_with(beginning);
}

} // namespace

TEST_CASE("missing_rule: nothing is said of layers that have what the program runs") {
    CHECK_BOTH(missing(whole_matrix, whole_matrix).empty());
    CHECK_BOTH(missing(whole_joint, whole_joint).empty());
}

TEST_CASE("missing_rule: of the first layer nobody wants the gradient of the input") {
    CHECK_BOTH(missing(only_parameters, whole_matrix).empty());
    CHECK_BOTH(
        starts(missing(whole_matrix, only_parameters),
               "layer `2` `Matrix`: expected `backward_input<0>` or `.stops_gradient` in its `traits`, "
               "got a layer without; declare `template <std::size_t Which, class Context>"));
}

TEST_CASE("missing_rule: nothing is asked of what is behind a barrier, and of the barrier") {
    CHECK_BOTH(missing(only_input, barrier).empty());
}

TEST_CASE("missing_rule: parameters need a rule for their gradients") {
    CHECK_BOTH(starts(missing(only_input, whole_matrix),
                      "layer `1` `Matrix`: expected `backward_parameters`, as it has parameters"));
}

TEST_CASE("missing_rule: a joint rule is declared and announced") {
    CHECK_BOTH(starts(missing(whole_matrix, empty_joint),
                      "layer `2` `Joint`: expected `backward`, as its `traits` say `joint_backward`"));
    CHECK_BOTH(
        missing(whole_matrix, unsaid_joint).view().ends_with("for its `backward` say `.joint_backward`"));
}
