#include "burin/layers/fast.hpp"
#include "burin/core/fixed_string.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/merge.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

// Layers without a fast form stay; forms are gone through.
static_assert(std::is_same_v<Fast<Dense<3>>, Dense<3>>);
static_assert(std::is_same_v<Fast<ReLU>, ReLU>);
static_assert(!std::is_same_v<Fast<Tanh>, Tanh>);
static_assert(std::is_same_v<Fast<Sequential<Input<2>, Dense<3>, Tanh, Residual<Dense<3>, GELU>>>,
                             Sequential<Input<2>, Dense<3>, Fast<Tanh>, Residual<Dense<3>, Fast<GELU>>>>);
static_assert(
    std::is_same_v<
        Fast<Graph<Inputs<Node<"x", Input<2>>>, Node<"y", Sequential<SiLU>, From<"x">>, Outputs<"y">>>,
        Graph<Inputs<Node<"x", Input<2>>>, Node<"y", Sequential<Fast<SiLU>>, From<"x">>, Outputs<"y">>>);
static_assert(Fast<Sigmoid>::traits.link == Link::sigmoid);
static_assert(Fast<Tanh>::name() == Text<64>("Fast<Tanh>"));

template <class Activation, class Scalar>
void check_against_full() {
    constexpr std::size_t size = 37;
    const auto x = random_numbers<Scalar>(size, 5, -8, 8), dy = random_numbers<Scalar>(size, 6);
    check_close(LayerRun<Sequential<Input<size>, Fast<Activation>>, Scalar>{}.infer(x),
                LayerRun<Sequential<Input<size>, Activation>, Scalar>{}.infer(x), 1e-5);
    check_close(input_gradient<Scalar, Input<size>, Fast<Activation>>(x, dy),
                input_gradient<Scalar, Input<size>, Activation>(x, dy), 5e-5);
}

} // namespace

TEST_CASE_TEMPLATE("fast activations and their gradients are close to the full ones", Scalar, float, double) {
    check_against_full<Sigmoid, Scalar>();
    check_against_full<Tanh, Scalar>();
    check_against_full<Softplus, Scalar>();
    check_against_full<GELU, Scalar>();
    check_against_full<GELUTanh, Scalar>();
    check_against_full<SiLU, Scalar>();
}

TEST_CASE("a fast network has the parameters of the full one") {
    using Net = Sequential<Input<5>, Dense<9>, Tanh, Residual<Dense<9>, GELU>, Dense<3>, Sigmoid>;
    static_assert(parameter_count<Fast<Net>> == parameter_count<Net>);
    LayerRun<Net> full;
    LayerRun<Fast<Net>> fast;
    const auto weights = random_numbers(parameter_count<Net>, 1);
    std::copy(weights.begin(), weights.end(), full.parameters->data());
    std::copy(weights.begin(), weights.end(), fast.parameters->data());
    const auto x = random_numbers(4 * 5, 2);
    const auto exact = full.infer(x);
    check_close(fast.infer(x), exact, 2e-5);
    CHECK(fast.infer(x) != exact);
}
