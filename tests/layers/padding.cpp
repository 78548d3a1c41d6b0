// What padding holds reaches no output and no gradient, even if it is infinite or no number.

#include "burin/layers/attention.hpp"
#include "burin/layers/bidirectional.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "support/graph_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace burin;

namespace {

constexpr std::size_t time_steps = 6;
const std::vector<float> mask{0, 1, 1, 0, 1, 0};

/// A network of one input, `Features` of each step, that go through a Probe, and a mask.
template <std::size_t Features, class LayerType, class Sources>
using Masking = Graph<Inputs<Node<"x", Input<time_steps, Features>>, Node<"mask", Input<time_steps>>>,
                      Node<"x2", Probe, From<"x">>, Node<"y", LayerType, Sources>, Outputs<"y">>;

/// Outputs and gradients of two samples, of which the first have `filler` where the mask is 0. The Probe's
/// factors are what is looked at, its input is ones: its gradient is that of x. An output that belongs to
/// padding gets no gradient.
template <class Net>
std::vector<float> run_with(float filler) {
    constexpr std::size_t size = engine::Network<Net>::input_shapes[0].size(), features = size / time_steps;
    constexpr Shape shape = output_shape<Net>;
    GraphRun<Net, float> run;
    auto parameters = random_numbers<float>(parameter_count<Net>, 1);
    for (std::size_t i = 0; i < size; ++i)
        if (mask[i / features] == 0)
            parameters[i] = filler;
    std::copy(parameters.begin(), parameters.end(), run.parameters->data());
    typename GraphRun<Net, float>::Inputs x;
    x[0].assign(2 * size, 1);
    x[1] = mask;
    x[1].insert(x[1].end(), mask.begin(), mask.end());
    auto dy = random_numbers<float>(2 * shape.size(), 2);
    const bool is_sequence = shape.rank == 2 && shape[0] == time_steps;
    const auto is_padding = [&](std::size_t i) {
        return is_sequence && mask[i % shape.size() / shape.last()] == 0;
    };
    for (std::size_t i = 0; i < dy.size(); ++i)
        if (is_padding(i))
            dy[i] = 0;
    std::vector<float> found;
    for (const auto& y : {run.infer(x), run.train(x, dy)})
        for (std::size_t i = 0; i < y.size(); ++i)
            if (!is_padding(i))
                found.push_back(y[i]);
    const auto gradients = run.gradients->all();
    found.insert(found.end(), gradients.begin(), gradients.end());
    return found;
}

template <class Net>
void check_padding() {
    INFO(engine::Network<Net>::graph.nodes.back().rules->name().view());
    const auto expected = run_with<Net>(0);
    CHECK(std::all_of(expected.begin(), expected.end(), [](float x) { return std::isfinite(x); }));
    for (const float filler :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1e30f})
        CHECK(run_with<Net>(filler) == expected);
}

template <class LayerType>
using Cell = Masking<3, LayerType, From<"x2", "mask">>;

} // namespace

TEST_CASE("Masked: what a padded step holds reaches neither outputs nor gradients") {
    check_padding<Cell<SimpleRNN<4, Masked>>>();
    check_padding<Cell<LSTM<4, Masked>>>();
    check_padding<Cell<GRU<4, Masked, ReturnSequences>>>();
    check_padding<Cell<LSTM<4, Masked, ReturnSequences, GoBackwards>>>();
    check_padding<Cell<LSTM<4, Masked, ReturnState>>>();
    check_padding<Cell<Bidirectional<GRU<4, Masked>>>>();
}

TEST_CASE("KeyPaddingMask: what is hidden reaches neither outputs nor gradients") {
    check_padding<Masking<4, MultiHeadAttention<2, KeyPaddingMask>, From<"x2", "mask">>>();
    check_padding<Masking<4, MultiHeadAttention<2, KeyPaddingMask, CausalMask>, From<"x2", "mask">>>();
    // The queries are another input, without padding.
    using Cross =
        Graph<Inputs<Node<"x", Input<time_steps, 4>>, Node<"mask", Input<time_steps>>>,
              Node<"x2", Probe, From<"x">>,
              Node<"y", MultiHeadAttention<2, KeyPaddingMask>, From<"x", "x2", "mask">>, Outputs<"y">>;
    check_padding<Cross>();
    using Three =
        Graph<Inputs<Node<"x", Input<time_steps, 4>>, Node<"mask", Input<time_steps>>>,
              Node<"x2", Probe, From<"x">>,
              Node<"y", MultiHeadAttention<2, KeyPaddingMask>, From<"x", "x2", "x2", "mask">>, Outputs<"y">>;
    check_padding<Three>();
    using DotProduct =
        Graph<Inputs<Node<"x", Input<time_steps, 4>>, Node<"mask", Input<time_steps>>>,
              Node<"x2", Probe, From<"x">>,
              Node<"y", ScaledDotProductAttention<KeyPaddingMask>, From<"x", "x2", "x2", "mask">>,
              Outputs<"y">>;
    check_padding<DotProduct>();
}

TEST_CASE("attention: a key that is to be seen and no number is not taken for hidden") {
    using Net = Graph<Inputs<Node<"q", Input<2, 1>>, Node<"k", Input<3, 1>>, Node<"v", Input<3, 1>>>,
                      Node<"y", ScaledDotProductAttention<>, From<"q", "k", "v">>, Outputs<"y">>;
    for (std::size_t at = 0; at < 3; ++at) {
        GraphRun<Net, float>::Inputs x{std::vector<float>{1, 2}, {1, 1, 1}, {1, 2, 3}};
        x[1][at] = std::numeric_limits<float>::quiet_NaN();
        for (const float y : GraphRun<Net, float>{}.infer(x))
            CHECK(std::isnan(y));
    }
    GraphRun<Net, float>::Inputs x{
        std::vector<float>{1, 1}, std::vector<float>(3, std::numeric_limits<float>::quiet_NaN()), {1, 2, 3}};
    for (const float y : GraphRun<Net, float>{}.infer(x))
        CHECK(std::isnan(y));
}

TEST_CASE("Embedding: what the row of padding holds is not read") {
    using Net = Sequential<Input<4>, Embedding<3, 5, PaddingIndex<1>>>;
    LayerRun<Net, float> run;
    std::fill_n(run.parameters->data(), 15, 2.0f);
    std::fill_n(run.parameters->data() + 5, 5, std::numeric_limits<float>::quiet_NaN());
    const std::vector<float> tokens{0, 1, 2, std::numeric_limits<float>::quiet_NaN()}, dy(20, 1.0f);
    const auto y = run.train(tokens, dy);
    const auto gradients = run.gradients->all();
    for (std::size_t i = 0; i < 20; ++i)
        CHECK(y[i] == (i / 5 % 2 == 0 ? 2 : 0));
    for (std::size_t i = 0; i < 15; ++i)
        CHECK(gradients[i] == (i / 5 == 1 ? 0 : 1));
}

TEST_CASE("Dropout: what is no number stays so where it is dropped too, as in PyTorch") {
    using Net = Sequential<Input<4, 16>, Dropout<0.5>>;
    using Spatial = Sequential<Input<4, 16>, SpatialDropout<0.5>>;
    using Alpha = Sequential<Input<4, 16>, AlphaDropout<0.5>>;
    const std::vector<float> x(64, std::numeric_limits<float>::quiet_NaN()), dy(64, 1.0f);
    for (const auto& all : {LayerRun<Net, float>{}.train(x, dy), LayerRun<Spatial, float>{}.train(x, dy),
                            LayerRun<Alpha, float>{}.train(x, dy)})
        for (const float y : all)
            CHECK(std::isnan(y));
}
