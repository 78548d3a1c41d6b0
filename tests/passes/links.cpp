#include "burin/passes/links.hpp"
#include "burin/passes/infer_shapes.hpp"
#include "support/plain_graph.hpp"
#include "support/verified.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace plain;
using passes::Mode;

namespace {

constexpr OpRules linked(Link link, core::Values values) {
    OpRules rules = from_output;
    rules.traits.link = link;
    rules.traits.values = values;
    return rules;
}
constexpr OpRules softmax = linked(Link::softmax, core::Values::probabilities);
constexpr OpRules sigmoid = linked(Link::sigmoid, core::Values::probabilities);

constexpr OpRules view = [] {
    OpRules rules = noise;
    rules.traits.is_view = true;
    return rules;
}();
constexpr OpRules stop = [] {
    OpRules rules = view;
    rules.traits.stops_gradient = true;
    return rules;
}();
constexpr OpRules average = [] {
    OpRules rules = sum;
    rules.traits.keeps_range = true;
    return rules;
}();
constexpr std::size_t output_of(const auto& table, Link link, Mode mode) {
    return verified::absorb_links(verified::shaped(table), std::array{link}, mode).outputs[0];
}

} // namespace

TEST_CASE("absorb_links: an output moves before the link that its loss contains") {
    constexpr auto plain_end = [] {
        return graph(node(source), node(matrix<3>, {0}), node(from_output, {1}));
    };
    constexpr auto with_softmax = [] {
        return graph(node(source), node(matrix<3>, {0}), node(softmax, {1}));
    };
    for (const Mode mode : {Mode::training, Mode::inference}) {
        CHECK(output_of(plain_end(), Link::none, mode) == 2);
        CHECK(output_of(plain_end(), Link::softmax, mode) == 2); // the last node is no softmax
        CHECK(output_of(with_softmax(), Link::softmax, mode) == 1);
        CHECK(output_of(with_softmax(), Link::sigmoid, mode) == 2);
        CHECK(output_of(with_softmax(), Link::none, mode) == 2);
    }
    CHECK_BOTH(output_of(with_softmax(), Link::softmax, Mode::training) == 1);
}

TEST_CASE("absorb_links: through what changes nothing") {
    constexpr auto behind = [](const OpRules& link, const OpRules& last) {
        return graph(node(source), node(matrix<4>, {0}), node(link, {1}), node(last, {2}), node(view, {3}));
    };
    CHECK_BOTH(output_of(behind(softmax, view), Link::softmax, Mode::training) == 1);
    // Dropout changes nothing in inference alone; what stops gradients must not be left out in training.
    CHECK_BOTH(output_of(behind(softmax, noise), Link::softmax, Mode::inference) == 1);
    CHECK_BOTH(output_of(behind(softmax, noise), Link::softmax, Mode::training) == 4);
    CHECK_BOTH(output_of(behind(softmax, stop), Link::softmax, Mode::inference) == 1);
    CHECK_BOTH(output_of(behind(softmax, stop), Link::softmax, Mode::training) == 4);
    CHECK_BOTH(output_of(behind(softmax, from_output), Link::softmax, Mode::inference) == 4);
    // A softmax over four is none over two and two; a sigmoid knows no axes.
    constexpr auto reshaped = [](const OpRules& link) {
        return graph(node(source), node(matrix<4>, {0}), node(link, {1}), node(square, {2}));
    };
    CHECK_BOTH(output_of(reshaped(softmax), Link::softmax, Mode::training) == 3);
    CHECK_BOTH(output_of(reshaped(sigmoid), Link::sigmoid, Mode::training) == 1);
}

TEST_CASE("values_of: probabilities stay such behind what moves, drops or averages them") {
    constexpr auto table = [] {
        return graph(node(source), node(sigmoid, {0}), node(view, {1}), node(noise, {2}),
                     node(average, {1, 3}), node(average, {0, 4}), node(sum, {1, 3}), node(average, {0, 0}));
    };
    constexpr auto values = passes::values_of(table());
    using enum core::Values;
    static_assert(values == std::array{any, probabilities, probabilities, probabilities, probabilities, mixed,
                                       any, any});
    CHECK(values[5] == mixed);
}
