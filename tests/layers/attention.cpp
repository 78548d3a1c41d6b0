#include "burin/layers/attention.hpp"
#include "burin/graph/network.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "reference/attention.hpp"
#include "support/check_close.hpp"
#include "support/graph_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <tuple>
#include <vector>

using namespace burin;
namespace r = reference::attention;

namespace {

template <std::size_t Queries, std::size_t Keys, std::size_t Size, std::size_t ValueSize, class... Options>
using DotProduct = Graph<
    Inputs<Node<"q", Input<Queries, Size>>, Node<"k", Input<Keys, Size>>, Node<"v", Input<Keys, ValueSize>>>,
    Node<"q2", Probe, From<"q">>, Node<"k2", Probe, From<"k">>, Node<"v2", Probe, From<"v">>,
    Node<"y", ScaledDotProductAttention<Options...>, From<"q2", "k2", "v2">>, Outputs<"y">>;

template <std::size_t Queries, std::size_t Keys, std::size_t Size, std::size_t ValueSize, class... Options>
using MaskedDotProduct =
    Graph<Inputs<Node<"q", Input<Queries, Size>>, Node<"k", Input<Keys, Size>>,
                 Node<"v", Input<Keys, ValueSize>>, Node<"mask", Input<Keys>>>,
          Node<"q2", Probe, From<"q">>, Node<"k2", Probe, From<"k">>, Node<"v2", Probe, From<"v">>,
          Node<"y", ScaledDotProductAttention<KeyPaddingMask, Options...>, From<"q2", "k2", "v2", "mask">>,
          Outputs<"y">>;

/// Two samples, one by one, so that the Probes' gradients are those of the inputs where the inputs are ones
/// and the Probes' factors what is looked at.
template <class Net, class Scalar>
void check_dot_product(const double (&y)[40], const double (&gradients)[114], double tolerance) {
    for (std::size_t sample = 0; sample < 2; ++sample) {
        GraphRun<Net, Scalar> run;
        const auto part = [&](const auto& values, std::size_t first, std::size_t size) {
            return std::vector<Scalar>(std::begin(values) + first + sample * size,
                                       std::begin(values) + first + (sample + 1) * size);
        };
        std::vector<Scalar> probes = part(r::dot_q, 0, 15);
        for (Scalar each : part(r::dot_k, 0, 18))
            probes.push_back(each);
        for (Scalar each : part(r::dot_v, 0, 24))
            probes.push_back(each);
        std::copy(probes.begin(), probes.end(), run.parameters->data());
        typename GraphRun<Net, Scalar>::Inputs x;
        x[0].assign(15, 1);
        x[1].assign(18, 1);
        x[2].assign(24, 1);
        if constexpr (std::tuple_size_v<decltype(x)> == 4)
            x[3] = part(r::dot_mask, 0, 6);
        check_close(run.infer(x), part(y, 0, 20), tolerance);
        check_close(run.train(x, part(r::dot_dy, 0, 20)), part(y, 0, 20), tolerance);
        std::vector<Scalar> expected = part(gradients, 0, 15);
        for (Scalar each : part(gradients, 30, 18))
            expected.push_back(each);
        for (Scalar each : part(gradients, 66, 24))
            expected.push_back(each);
        check_close(run.gradients->all(), expected, tolerance);
    }
}

} // namespace

TEST_CASE_TEMPLATE("ScaledDotProductAttention agrees with PyTorch", Scalar, float, double) {
    const double tolerance = sizeof(Scalar) == 8 ? 1e-14 : 2e-6;
    check_dot_product<DotProduct<5, 6, 3, 4>, Scalar>(r::dot_plain_y, r::dot_plain_gradients, tolerance);
    check_dot_product<DotProduct<5, 6, 3, 4, CausalMask>, Scalar>(r::dot_causal_y, r::dot_causal_gradients,
                                                                  tolerance);
    check_dot_product<MaskedDotProduct<5, 6, 3, 4>, Scalar>(r::dot_masked_y, r::dot_masked_gradients,
                                                            tolerance);
    check_dot_product<MaskedDotProduct<5, 6, 3, 4, CausalMask>, Scalar>(r::dot_both_y, r::dot_both_gradients,
                                                                        tolerance);
}

TEST_CASE(
    "ScaledDotProductAttention: gradients match central differences for 1, SIMD widths ± 1 and primes") {
    check_graph_gradient<DotProduct<1, 1, 1, 1>>(
        {random_numbers(3, 3), random_numbers(3, 4), random_numbers(3, 5)});
    check_graph_gradient<DotProduct<7, 9, 5, 3, CausalMask>>(
        {random_numbers(2 * 35, 3), random_numbers(2 * 45, 4), random_numbers(2 * 27, 5)});
}

TEST_CASE("ScaledDotProductAttention: a query that sees no key gets zeros and gives no gradient") {
    using Net = MaskedDotProduct<2, 3, 4, 5>;
    GraphRun<Net> run;
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const GraphRun<Net>::Inputs x{random_numbers(8, 2), random_numbers(12, 3), random_numbers(15, 4),
                                  std::vector<double>(3, 0.0)};
    CHECK(run.infer(x) == std::vector<double>(10, 0.0));
    CHECK(run.train(x, std::vector<double>(10, 1.0)) == std::vector<double>(10, 0.0));
    for (double gradient : run.gradients->all())
        CHECK(gradient == 0);
}

namespace {

template <std::size_t Time, std::size_t Features, std::size_t Heads, class... Options>
using SelfAttention = Sequential<Input<Time, Features>, Probe, MultiHeadAttention<Heads, Options...>>;

template <std::size_t Time, std::size_t Features, std::size_t Heads, class... Options>
using MaskedSelfAttention =
    Graph<Inputs<Node<"x", Input<Time, Features>>, Node<"mask", Input<Time>>>, Node<"x2", Probe, From<"x">>,
          Node<"y", MultiHeadAttention<Heads, KeyPaddingMask, Options...>, From<"x2", "mask">>, Outputs<"y">>;

template <std::size_t Time, std::size_t Features, std::size_t Keys, std::size_t KeyFeatures,
          std::size_t Heads, class... Options>
using CrossAttention =
    Graph<Inputs<Node<"x", Input<Time, Features>>, Node<"context", Input<Keys, KeyFeatures>>,
                 Node<"mask", Input<Keys>>>,
          Node<"x2", Probe, From<"x">>, Node<"context2", Probe, From<"context">>,
          Node<"y", MultiHeadAttention<Heads, KeyPaddingMask, Options...>, From<"x2", "context2", "mask">>,
          Outputs<"y">>;

} // namespace

TEST_CASE_TEMPLATE("MultiHeadAttention agrees with PyTorch", Scalar, float, double) {
    const double tolerance = sizeof(Scalar) == 8 ? 1e-13 : 1e-5;
    const auto x = numbers<Scalar>(r::heads_x);
    check_behind_probes<SelfAttention<5, 6, 2>, Scalar>({x}, r::heads_dy, r::self_parameters, r::self_y,
                                                        r::self_gradients, r::self_input_gradients,
                                                        tolerance);
    check_behind_probes<MaskedSelfAttention<5, 6, 3, CausalMask, NoBias>, Scalar>(
        {x, numbers<Scalar>(r::heads_mask)}, r::heads_dy, r::self_masked_parameters, r::self_masked_y,
        r::self_masked_gradients, r::self_masked_input_gradients, tolerance);
    check_behind_probes<CrossAttention<5, 6, 3, 4, 2>, Scalar>(
        {x, numbers<Scalar>(r::heads_context), numbers<Scalar>(r::heads_context_mask)}, r::heads_dy,
        r::cross_parameters, r::cross_y, r::cross_gradients, r::cross_input_gradients, tolerance);
}

TEST_CASE("MultiHeadAttention: gradients match central differences for one head, one step and odd sizes") {
    check_graph_gradient<SelfAttention<1, 1, 1>>({random_numbers(3, 3)});
    check_graph_gradient<SelfAttention<9, 5, 1, CausalMask, KeyDim<3>>>({random_numbers(2 * 45, 3)});
    check_graph_gradient<CrossAttention<3, 5, 7, 2, 3, KeyDim<2>, NoBias>>(
        {random_numbers(2 * 15, 3), random_numbers(2 * 14, 4), std::vector<double>(14, 1.0)});
}

TEST_CASE("MultiHeadAttention: query, key and value may be three inputs; one node may be several") {
    using Three =
        Graph<Inputs<Node<"q", Input<2, 4>>, Node<"k", Input<3, 5>>, Node<"v", Input<3, 6>>>,
              Node<"q2", Probe, From<"q">>, Node<"k2", Probe, From<"k">>, Node<"v2", Probe, From<"v">>,
              Node<"y", MultiHeadAttention<2>, From<"q2", "k2", "v2">>, Outputs<"y">>;
    check_graph_gradient<Three>({random_numbers(16, 3), random_numbers(30, 4), random_numbers(36, 5)});
    using One = Graph<Inputs<Node<"x", Input<3, 4>>>, Node<"x2", Probe, From<"x">>,
                      Node<"y", MultiHeadAttention<2>, From<"x2", "x2", "x2">>, Outputs<"y">>;
    using Self = SelfAttention<3, 4, 2>;
    static_assert(parameter_count<One> == parameter_count<Self>);
    GraphRun<One> one;
    GraphRun<Self> self;
    const auto start = random_numbers(parameter_count<One>, 1);
    std::copy(start.begin(), start.end(), one.parameters->data());
    std::copy(start.begin(), start.end(), self.parameters->data());
    const auto x = random_numbers(24, 2), dy = random_numbers(24, 3);
    CHECK(one.train({x}, dy) == self.train({x}, dy));
    check_close(one.gradients->all(), self.gradients->all(), 1e-14);
}

TEST_CASE("MultiHeadAttention: what is fixed keeps its names and shapes") {
    using Net = Sequential<Input<4, 6>, MultiHeadAttention<2, KeyDim<5>>>;
    static_assert(output_shape<Net> == Shape(4, 6));
    const std::vector<std::string> names{"0.query.weight",  "0.query.bias",   "0.key.weight",
                                         "0.key.bias",      "0.value.weight", "0.value.bias",
                                         "0.output.weight", "0.output.bias"};
    REQUIRE(parameter_tensors<Net>.size() == names.size());
    for (std::size_t i = 0; i < names.size(); ++i)
        CHECK(parameter_tensors<Net>[i].name().view() == names[i]);
    static_assert(engine::find_tensor<Net>("0.query.weight")->spec.shape == Shape(6, 10));
    static_assert(engine::find_tensor<Net>("0.output.weight")->spec.shape == Shape(10, 6));
}
