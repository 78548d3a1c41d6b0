#include "reference/attention_options.hpp"
#include "burin/graph/network.hpp"
#include "burin/layers/attention_weights.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/rope.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/optimizers/sgd.hpp"
#include "burin/training/make_trainer.hpp"
#include "burin/training/model.hpp"
#include "support/check_close.hpp"
#include "support/graph_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

using namespace burin;
namespace r = reference::attention_options;

namespace {

template <std::size_t Heads, class... Options>
using Self = Sequential<Input<5, 6>, Probe, MultiHeadAttention<Heads, Options...>>;

template <class Bias, std::size_t Heads, class... Options>
using Biased =
    Graph<Inputs<Node<"x", Input<5, 6>>, Node<"bias", Bias>>, Node<"x2", Probe, From<"x">>,
          Node<"bias2", Probe, From<"bias">>,
          Node<"y", MultiHeadAttention<Heads, AdditiveMask, Options...>, From<"x2", "bias2">>, Outputs<"y">>;

using Shared = Self<3, RoPE<HalfSplit, RotaryBase<500>>, KeyValueHeads<1>, ScoreScale<0.3>>;

} // namespace

TEST_CASE("RoPE turns pairs as complex numbers, or as Hugging Face's Llama") {
    const auto x = numbers<double>(r::x);
    check_close(LayerRun<Sequential<Input<5, 6>, RoPE<>>>().infer(x), r::rope_y, 1e-14);
    check_close(LayerRun<Sequential<Input<5, 6>, RoPE<RotaryBase<500.0>, HalfSplit>>>().infer(x),
                r::rope_split_y, 1e-14);
    check_graph_gradient<Sequential<Input<3, 2, 4>, Probe, RoPE<>>>({random_numbers(2 * 24, 3)});
    check_graph_gradient<Sequential<Input<20, 6>, Probe, RoPE<HalfSplit>>>({random_numbers(2 * 120, 3)});
}

TEST_CASE("RoPE: with a carried state the gradients of two windows are those of both as one") {
    const auto x = random_numbers<double>(2 * 24, 3), y = random_numbers<double>(2 * 24, 4);
    const auto gradients = [&]<std::size_t Time>(std::integral_constant<std::size_t, Time>) {
        using Net = Sequential<Input<Time, 4>, TimeDistributed<Dense<4>>, RoPE<>>;
        Model<Net, double> model({.seed = 1});
        const auto trainer = make_trainer<1>(model, losses::MeanSquaredError{}, optimizers::SGD{0});
        CarriedState<Net, 1, double> state;
        std::vector<double> sum(20);
        for (std::size_t step = 0; step < 12 / Time; ++step) {
            Samples<Net, losses::MeanSquaredError, double> samples;
            samples.inputs = {x.data() + step * Time * 4};
            samples.targets = {y.data() + step * Time * 4};
            samples.rows = 1;
            samples.state = state.data();
            trainer->gradients(samples);
            for (std::size_t i = 0; i < sum.size(); ++i)
                sum[i] += trainer->last_gradients()[i] * static_cast<double>(Time);
        }
        return sum;
    };
    check_close(gradients(std::integral_constant<std::size_t, 6>{}),
                gradients(std::integral_constant<std::size_t, 12>{}), 1e-13);
}

TEST_CASE("MultiHeadAttention with rotary positions and grouped heads agrees with PyTorch") {
    check_behind_probes<Self<4, CausalMask, RoPE<>, KeyValueHeads<2>, KeyDim<4>, NoBias>, float>(
        {numbers<float>(r::x)}, r::dy, r::grouped_parameters, r::grouped_y, r::grouped_gradients,
        r::grouped_input_gradients, 1e-5);
    check_behind_probes<Shared, double>({numbers<double>(r::x)}, r::dy, r::shared_parameters, r::shared_y,
                                        r::shared_gradients, r::shared_input_gradients, 1e-13);
}

TEST_CASE("MultiHeadAttention with float masks, slopes and windows agrees with PyTorch") {
    const auto x = numbers<double>(r::x);
    check_behind_probes<Biased<Input<5, 5>, 2>, double>(
        {x, numbers<double>(r::bias)}, r::dy, r::biased_parameters, r::biased_y, r::biased_gradients,
        r::biased_input_gradients, 1e-13);
    check_behind_probes<Self<3, CausalMask, ALiBi, NoBias>, double>(
        {x}, r::dy, r::linear_parameters, r::linear_y, r::linear_gradients, r::linear_input_gradients, 1e-13);
    check_behind_probes<Self<3, CausalMask, KeyValueCache<3>, NoBias>, double>(
        {x}, r::dy, r::window_parameters, r::window_y, r::window_gradients, r::window_input_gradients, 1e-13);
    for (std::size_t h = 0; h < 6; ++h)
        CHECK(detail::alibi_slope(h, 6) == doctest::Approx(r::slopes_6[h]).epsilon(1e-14));
}

TEST_CASE("MultiHeadAttention: a mask of each head and one of keys agree with PyTorch") {
    using Net = Graph<
        Inputs<Node<"x", Input<5, 6>>, Node<"bias", Input<3, 5, 5>>, Node<"keys", Input<5>>>,
        Node<"x2", Probe, From<"x">>, Node<"bias2", Probe, From<"bias">>,
        Node<"y", MultiHeadAttention<3, AdditiveMask, KeyPaddingMask, NoBias>, From<"x2", "bias2", "keys">>,
        Outputs<"y">>;
    check_behind_probes<Net, double>(
        {numbers<double>(r::x), numbers<double>(r::biases), numbers<double>(r::keys)}, r::dy,
        r::biased_heads_parameters, r::biased_heads_y, r::biased_heads_gradients,
        r::biased_heads_input_gradients, 1e-13);
}

TEST_CASE("MultiHeadAttention: gradients match central differences with grouped heads and odd sizes") {
    check_graph_gradient<Sequential<Input<7, 9>, Probe,
                                    MultiHeadAttention<3, CausalMask, KeyDim<2>, KeyValueHeads<1>, RoPE<>,
                                                       KeyValueCache<4>, ALiBi, ScoreScale<0.7>>>>(
        {random_numbers(2 * 63, 3)});
    using Cross =
        Graph<Inputs<Node<"x", Input<3, 4>>, Node<"context", Input<5, 6>>, Node<"bias", Input<3, 5>>>,
              Node<"x2", Probe, From<"x">>, Node<"context2", Probe, From<"context">>,
              Node<"bias2", Probe, From<"bias">>,
              Node<"y", MultiHeadAttention<2, AdditiveMask, KeyValueHeads<1>, RoPE<HalfSplit>>,
                   From<"x2", "context2", "bias2">>,
              Outputs<"y">>;
    check_graph_gradient<Cross>(
        {random_numbers(2 * 12, 3), random_numbers(2 * 30, 4), random_numbers(2 * 15, 5)});
}

TEST_CASE("ScaledDotProductAttention: gradients with a float mask and a scale match central differences") {
    using Net = Graph<
        Inputs<Node<"q", Input<3, 2>>, Node<"k", Input<5, 2>>, Node<"v", Input<5, 3>>,
               Node<"bias", Input<3, 5>>>,
        Node<"q2", Probe, From<"q">>, Node<"k2", Probe, From<"k">>, Node<"v2", Probe, From<"v">>,
        Node<"bias2", Probe, From<"bias">>,
        Node<"y", ScaledDotProductAttention<AdditiveMask, ScoreScale<0.6>>, From<"q2", "k2", "v2", "bias2">>,
        Outputs<"y">>;
    check_graph_gradient<Net>(
        {random_numbers(12, 3), random_numbers(20, 4), random_numbers(30, 5), random_numbers(30, 6)});
}

TEST_CASE("MultiHeadAttention: −∞ hides a key; a query that sees none gets the output's bias") {
    using Net = Graph<Inputs<Node<"x", Input<2, 2>>, Node<"bias", Input<2, 2>>>,
                      Node<"y", MultiHeadAttention<1, AdditiveMask>, From<"x", "bias">>, Outputs<"y">>;
    GraphRun<Net> run;
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const double hidden = -std::numeric_limits<double>::infinity();
    const auto y = run.infer({random_numbers(4, 2), {0, hidden, hidden, hidden}});
    // The first query sees its own value alone, whatever the second step holds.
    auto changed = random_numbers(4, 2);
    changed[2] = 7;
    CHECK(run.infer({changed, {0, hidden, hidden, hidden}})[0] == y[0]);
    check_close(std::vector<double>(y.begin() + 2, y.end()),
                std::vector<double>(start.end() - 2, start.end()), 1e-15);
}

TEST_CASE("MultiHeadAttention: dropped weights are those of the gradient, and none in inference") {
    using Net = Sequential<Input<4, 6>, Probe, MultiHeadAttention<2, WeightDropout<0.4>>>;
    GraphRun<Net> run;
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const GraphRun<Net>::Inputs x{random_numbers(2 * 24, 2)};
    const auto dy = random_numbers(2 * 24, 3);
    CHECK(run.train(x, dy) != run.infer(x));
    const Gradients<Net, double> analytic = *run.gradients;
    check_gradient(
        [&] {
            const auto y = run.train(x, dy);
            double sum = 0;
            for (std::size_t i = 0; i < y.size(); ++i)
                sum += dy[i] * y[i];
            return sum;
        },
        run.parameters->all(), analytic.all());
    GraphRun<Sequential<Input<4, 6>, Probe, MultiHeadAttention<2>>> plain;
    std::copy(start.begin(), start.end(), plain.parameters->data());
    CHECK(run.infer(x) == plain.infer(x));
}

TEST_CASE("AttentionWeights are those that PyTorch returns, from shared parameters") {
    using Net = Graph<Inputs<Node<"x", Input<5, 6>>>,
                      Node<"attention", MultiHeadAttention<2>, From<"x">, SharedWeights<"attention">>,
                      Node<"weights", AttentionWeights<2>, From<"x">, SharedWeights<"attention">>,
                      Outputs<"weights">>;
    static_assert(output_shape<Net> == Shape(2, 5, 5));
    static_assert(parameter_count<Net> == parameter_count<Sequential<Input<5, 6>, MultiHeadAttention<2>>>);
    GraphRun<Net> run;
    const auto parameters = numbers<double>(r::weights_parameters);
    from_row_major<Net>(parameters.data(), run.parameters->data());
    check_close(run.infer({numbers<double>(r::x)}), r::weights_y, 1e-14);
}
