#include "burin/io/pytorch.hpp"

#include "burin/graph/predictor.hpp"
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
#include "burin/layers/reshape.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "burin/layers/transformer.hpp"
#include "burin/layers/transposed_convolution.hpp"
#include "support/files.hpp"
#include "support/reference_tensor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace burin;

namespace {

using Image =
    Sequential<Input<6, 6, 2>, Conv2D<4, 3, Same>, BatchNorm<>, ReLU, Conv2D<8, 3, Groups<2>>,
               DepthwiseConv2D<2, DepthMultiplier<2>, NoBias>, GroupNorm<4>, LayerNorm<LastAxes<3>>, Flatten,
               BatchNorm<>, Dense<24>, ReLU, Reshape<2, 2, 6>, Conv2DTranspose<3, 3, Stride<2>>>;
using Sound = Sequential<Input<8, 3>, Conv1D<4, 3, Dilation<2>>, ReLU, Conv1DTranspose<2, 2, Stride<2>>,
                         Flatten, Dense<3>, LayerNorm<>>;
using Volume = Sequential<Input<3, 3, 3, 2>, Conv3D<3, 2>, Flatten, Dense<2, NoBias>>;
using Recurrent =
    Sequential<Input<6>, Embedding<10, 4>, Bidirectional<LSTM<3, ReturnSequences>>,
               Bidirectional<LSTM<3, ReturnSequences>>, GRU<5, ReturnSequences>, SimpleRNN<4>, Dense<2>>;
using RecurrentOptions = Sequential<Input<6, 3>, Bidirectional<LSTM<4, Projected<2>, ReturnSequences>>,
                                    Bidirectional<LSTM<4, ReturnSequences, Projected<2>>>,
                                    SimpleRNN<5, ReLUCell, ReturnSequences>>;
using Cells =
    Sequential<Input<6, 3>, LSTM<4, ReturnSequences>, GRU<5, ReturnSequences>, SimpleRNN<2, ReLUCell>>;
using Attention =
    Graph<Inputs<Node<"x", Input<4, 8>>, Node<"keys", Input<3, 5>>>,
          Node<"encoder", TransformerEncoderBlock<2, 6, PreNorm, HiddenActivation<GELU>>, From<"x">>,
          Node<"decoder", TransformerDecoderBlock<2, 6>, From<"x", "encoder">>,
          Node<"cross", MultiHeadAttention<2>, From<"decoder", "keys">>, Outputs<"cross">>;
using Small = Sequential<Input<3>, Dense<4>, ReLU, Dense<2>>;

const io::PyTorch names_of_recurrent{
    .names = {{"0", "embed"}, {"1", "lstm"}, {"2", "lstm"}, {"3", "gru"}, {"4", "rnn"}, {"5", "head"}}};

const std::string reference = BURIN_REFERENCE_DATA "/pytorch.safetensors";

io::PyTorch behind(const std::string& name, io::PyTorch convention = {}) {
    convention.prefix = name + ".";
    return convention;
}

std::vector<float> numbers(const std::string& name) {
    return reference_tensor(reference, name);
}

/// How far a network with the parameters of the reference is from what PyTorch computed.
template <class Net>
double difference(const std::string& name, const Model<Net>& model) {
    const auto predictor = std::make_unique<Predictor<Net>>();
    const std::vector<float> x = numbers(name + ":x"), y = numbers(name + ":y");
    std::vector<float> z;
    if constexpr (engine::Network<Net>::input_count == 2)
        z = numbers(name + ":z");
    constexpr std::size_t inputs = input_shape<Net>.size(), outputs = output_shape<Net>.size(), rows = 2;
    REQUIRE(x.size() == rows * inputs);
    REQUIRE(y.size() == rows * outputs);
    double largest = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        typename Predictor<Net>::InputPointers pointers{x.data() + row * inputs};
        if constexpr (pointers.size() == 2)
            pointers[1] = z.data() + row * input_shape<Net, 1>.size();
        const float* const found = predictor->run(model.parameters(), pointers, 1)[0];
        for (std::size_t i = 0; i < outputs; ++i)
            largest = std::max(largest, std::abs(double(found[i]) - double(y[row * outputs + i])));
    }
    return largest;
}

/// Where tests/io/pytorch.py wants the files that PyTorch is to read.
std::string directory_for_pytorch() {
    const char* const directory = std::getenv("BURIN_PYTORCH_DIRECTORY");
    return directory == nullptr ? std::string() : directory;
}

template <class Net>
std::string bits(const Model<Net>& model) {
    const auto bytes = std::as_bytes(model.parameters().all());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads the reference's state dict, computes what PyTorch did, and writes what it reads again.
template <class Net>
void check(const std::string& name, const io::PyTorch& convention = {}) {
    CAPTURE(name);
    Model<Net> model({.seed = 1});
    io::load(reference, model, behind(name, convention));
    CHECK(difference(name, model) < 1e-5);

    const TemporaryDirectory directory;
    io::save(directory / "saved", model, convention);
    Model<Net> again({.seed = 2});
    io::load(directory / "saved", again, convention);
    CHECK(bits(again) == bits(model));
    if (const std::string wanted = directory_for_pytorch(); !wanted.empty())
        std::filesystem::copy_file(directory / "saved", wanted + "/" + name + ".safetensors");
}

} // namespace

TEST_CASE("PyTorch: convolutions, normalisations, and what is flattened and made an image again") {
    check<Image>("image");
    check<Sound>("sound");
    check<Volume>("volume");
}

TEST_CASE("PyTorch: embeddings and recurrent layers, stacked and in both directions, under names") {
    check<Recurrent>("recurrent", names_of_recurrent);
}

TEST_CASE("PyTorch: projections and ReLU cells, in both directions") {
    check<RecurrentOptions>("recurrent_options", {.names = {{"0", "lstm"}, {"1", "lstm"}, {"2", "rnn"}}});
}

TEST_CASE("PyTorch: LSTMCell, GRUCell and RNNCell are read, by name and by order") {
    const io::PyTorch by_name{.names = {{"0", "lstm"}, {"1", "gru"}, {"2", "rnn"}}};
    for (const io::PyTorch& convention : {by_name, io::PyTorch{.by = io::By::order}}) {
        Model<Cells> model({.seed = 1});
        io::load(reference, model, behind("cells", convention));
        CHECK(difference("cells", model) < 1e-5);
    }
}

TEST_CASE("PyTorch: attention, packed and with keys of their own, and Transformer blocks") {
    check<Attention>("attention");
}

TEST_CASE("PyTorch: state dicts in 64 and 16 bits") {
    check<Small>("float64");
    check<Small>("float16");
    check<Small>("bfloat16");
}
