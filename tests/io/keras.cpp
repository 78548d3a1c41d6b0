#include "burin/graph/predictor.hpp"
#include "burin/io/save.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/bidirectional.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/group_norm.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/layer_norm.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "burin/layers/transposed_convolution.hpp"
#include "support/reference_tensor.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// The models of tests/reference/keras_models.py. Keras's normalisations add 10⁻³ to variances.
using Image = Sequential<Input<6, 6, 2>, Conv2D<4, 3, Same>, ReLU, BatchNorm<Epsilon<1e-3>>, MaxPool2D<2>,
                         DepthwiseConv2D<2>, GroupNorm<2, Epsilon<1e-3>>, Conv2DTranspose<3, 2, Stride<2>>,
                         LayerNorm<Epsilon<1e-3>>, SeparableConv2D<4, 2>, Flatten, Dense<3>, Tanh>;
using FromTokens =
    Graph<Inputs<Node<"tokens", Input<6>>>, Node<"embedding", Embedding<10, 4>, From<"tokens">>,
          Node<"convolution", Conv1D<4, 2, Causal>, From<"embedding">>,
          Node<"both", Bidirectional<LSTM<3, ReturnSequences>>, From<"convolution">>,
          Node<"attention", MultiHeadAttention<2, KeyDim<3>>, From<"both">>,
          Node<"gru", GRU<5, ReturnSequences>, From<"attention">>, Node<"rnn", SimpleRNN<4>, From<"gru">>,
          Node<"head", Dense<2>, From<"rnn">>, Outputs<"head">>;

std::vector<float> numbers(const std::string& name) {
    return reference_tensor(BURIN_REFERENCE_DATA "/keras_outputs.safetensors", name);
}

/// Whether the weights that burin-convert made of a model of Keras give what Keras computed.
template <class Net>
void check(const std::string& name) {
    Model<Net> model;
    io::load(BURIN_REFERENCE_DATA "/keras_" + name + ".safetensors", model);
    const std::vector<float> x = numbers(name + ":x"), y = numbers(name + ":y");
    constexpr std::size_t inputs = input_shape<Net>.size(), outputs = output_shape<Net>.size();
    REQUIRE(x.size() == 2 * inputs);
    REQUIRE(y.size() == 2 * outputs);
    const auto predictor = std::make_unique<Predictor<Net>>();
    for (std::size_t row = 0; row < 2; ++row) {
        const float* const found = predictor->run(model.parameters(), {x.data() + row * inputs}, 1)[0];
        for (std::size_t i = 0; i < outputs; ++i)
            CHECK(std::abs(double(found[i]) - double(y[row * outputs + i])) < 1e-5);
    }
}

} // namespace

TEST_CASE("Keras: weights that burin-convert made give the same: images") {
    check<Image>("image");
}

TEST_CASE("Keras: weights that burin-convert made give the same: sequences") {
    check<FromTokens>("sequence");
}
