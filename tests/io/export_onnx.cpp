#include "burin/io/export_onnx.hpp"
#include "burin/burin.hpp"
#include "burin/layers/attention_weights.hpp"
#include "burin/layers/tied_scores.hpp"
#include "burin/tensors.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>
#include <protozero/pbf_reader.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// The operators of a model, in order.
std::vector<std::string> operators_of(const std::string& bytes) {
    std::vector<std::string> names;
    protozero::pbf_reader model(bytes);
    while (model.next(7)) {
        protozero::pbf_reader graph = model.get_message();
        while (graph.next(1)) {
            protozero::pbf_reader node = graph.get_message();
            while (node.next(4))
                names.push_back(node.get_string());
        }
    }
    return names;
}

/// Runs a network on two samples, and writes it, what it read and what it gave where export_onnx.py finds
/// them.
template <class Net, class Scalar = float>
void write(const std::string& name, bool tokens = false) {
    const char* const directory = std::getenv("BURIN_ONNX_DIRECTORY");
    Model<Net, Scalar> model({.seed = 3});
    std::mt19937 random(7);
    // Nothing is to be zero or one.
    for (std::size_t i = 0; i < stored_count<Net>; ++i) {
        Scalar& value = model.parameters().values[i];
        if (value == 0 || value == 1)
            value += static_cast<Scalar>(random() % 100) / 200 + Scalar(0.1);
    }
    using N = engine::Network<Net>;
    constexpr std::size_t rows = 2;
    std::array<std::vector<Scalar>, N::input_count> inputs;
    std::array<const Scalar*, N::input_count> pointers{};
    for (std::size_t i = 0; i < N::input_count; ++i) {
        inputs[i].resize(rows * N::input_shapes[i].size());
        const bool is_mask = i > 0 && i + 1 == N::input_count && N::input_shapes[i].rank == 1;
        for (Scalar& each : inputs[i])
            each = tokens    ? static_cast<Scalar>(random() % 12) - 1
                   : is_mask ? static_cast<Scalar>(random() % 3 > 0)
                             : static_cast<Scalar>(random() % 2000) / 1000 - 1;
        pointers[i] = inputs[i].data();
    }
    Predictor<Net, rows, Scalar> predictor;
    const auto outputs = predictor.run(model.parameters(), pointers, rows);
    const std::string bytes = io::onnx_bytes(model);
    CHECK(bytes.size() > 0);
    if (directory == nullptr)
        return;
    std::ofstream(std::string(directory) + "/" + name + ".onnx", std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    std::ofstream data(std::string(directory) + "/" + name + ".data", std::ios::binary);
    const auto put = [&](const Scalar* numbers, std::size_t count) {
        data.write(reinterpret_cast<const char*>(numbers),
                   static_cast<std::streamsize>(count * sizeof(Scalar)));
    };
    for (const auto& each : inputs)
        put(each.data(), each.size());
    for (std::size_t i = 0; i < N::output_count; ++i)
        put(outputs[i], rows * N::output_shapes[i].size());
}

template <class... Layers>
using Image = Sequential<Input<7, 9, 4>, Layers...>;
template <class... Layers>
using Line = Sequential<Input<11, 6>, Layers...>;

} // namespace

TEST_CASE("export_onnx: dense layers and activations") {
    write<Sequential<Input<6>, Dense<5>, ReLU, Dense<4, NoBias>, Sigmoid, Dense<3>, Softmax>>("dense");
    write<Sequential<Input<6>, Dense<5>, Tanh, Dense<5>>, double>("dense_double");
    write<
        Sequential<Input<6>, Dense<8>, GELU, Dense<8>, GELUTanh, Dense<8>, SiLU, Dense<8>, SELU, ReLU6,
                   Dense<8>, ELU<0.5>, Dense<8>, LeakyReLU<0.2>, Dense<8>, HardSigmoid, Dense<8>, HardSwish,
                   Dense<8>, Softplus, Dense<8>, Rescaling<0.5, 0.25>, Rescaling<2>, Fast<Tanh>, LogSoftmax>>(
        "activations");
    write<Sequential<Input<6>, Dense<8>, Mish, Dense<8>, Softsign, Dense<8>, LogSigmoid, Dense<8>, Hardtanh,
                     Dense<8>, Clip<-0.5, 2>, Dense<8>, PReLU<>, Dense<8>, PReLU<SharedSlope>, GLU<>>>(
        "more_activations");
    write<Image<Conv2D<4, 3>, PReLU<>, GLU<SiLU>, Flatten, Dense<3>>>("gated_image");
    write<Sequential<Input<6>, Dense<8>, Pow<2>, Rescaling<1, 0.5>, Log, Dense<8>, Abs, Pow<1.5>, Sqrt,
                     ComplexAbs, Exp>>("elementary");
    write<Line<TimeDistributed<Dense<5>>, ReLU, FeedForward<12, GELU>, Flatten, Dense<3>>>("steps");
    write<Sequential<Input<7>, EmbeddingBag<9, 4, PaddingIndex<2>, MaxNorm<0.5>>>>("bag", true);
    write<Sequential<Input<7>, EmbeddingBag<9, 4, Add>>>("sum_of_bag", true);
    write<Sequential<Input<5>, Embedding<10, 4, PaddingIndex<2>>, PositionalEncoding,
                     LearnedPositionalEmbedding<8>, Flatten, Dense<3>>>("tokens", true);
}

TEST_CASE("export_onnx: convolutions and pooling") {
    write<Image<Conv2D<6, 3, Same>, BatchNorm<>, ReLU, MaxPool2D<2>,
                Conv2D<4, Shape{1, 3}, Stride<2>, Groups<2>>, Flatten, Dense<3>>>("conv2d");
    write<Image<DepthwiseConv2D<3, Same, Stride<2>, DepthMultiplier<2>>, Tanh, SeparableConv2D<5, 3>,
                GlobalAveragePool2D>>("depthwise");
    write<Image<Conv2D<4, 3, Padding<1>, Dilation<2>, NoBias>, AveragePool2D<3, Same, Stride<2>>,
                GlobalMaxPool2D>>("dilated");
    write<Line<Conv1D<5, 3, Causal, Dilation<2>>, ReLU, Conv1D<4, 2, Stride<3>>, AveragePool1D<2>>>("conv1d");
    write<Sequential<Input<5, 6, 7, 2>, Conv3D<3, 3, Same, Stride<2>>, MaxPool3D<2>>>("conv3d");
    write<Image<Conv2DTranspose<3, 3, Stride<2>>, ReLU, Conv2DTranspose<2, 4, Stride<2>, Same>>>(
        "transposed");
    write<Image<Resize2D<Shape{9, 5}, Bilinear>, Resize2D<13, Bicubic, AlignCorners>, Resize2D<Shape{6, 20}>,
                Resize2D<Shape{9, 12}, Bilinear, Factors<1.5, 0.6>>>>("resized");
    write<Sequential<Input<6, 4, 16>, SymmetricPadding2D<0, 2, 3, 1>, PixelShuffle<2>, SpaceToDepth<4>,
                     PixelUnshuffle<2>, DepthToSpace<4>>>("blocks");
    write<Line<Resize1D<20, Linear, Asymmetric>, Resize1D<9, HalfPixel>>>("resized1d");
    write<Image<Conv2DTranspose<6, 3, Stride<2>, Padding<1>, OutputPadding<1>, Groups<2>>,
                Conv2DTranspose<2, 2, Padding<1, 0, 0, 1>, Dilation<2>>>>("transposed_options");
    write<Sequential<Input<2, 3, 4, 2>, Conv3DTranspose<3, 2, Stride<2>>>>("transposed3d");
    write<Line<Conv1DTranspose<3, 2, Stride<3>>, Conv1DTranspose<2, 3, Same, Stride<2>>>>("transposed1d");
    write<
        Image<MaxPool2D<3, Dilation<2, 1>, Stride<2>, Padding<1>, CeilMode>,
              AveragePool2D<2, Stride<1>, Padding<1>, CountPadding>, AveragePool2D<2, Padding<1, 0, 0, 1>>>>(
        "pooling_options");
    write<Image<AdaptiveAveragePool2D<3, 2>, AdaptiveMaxPool2D<2, 2>>>("adaptive");
    write<Image<ReflectPadding2D<1, 2>, ReplicatePadding2D<0, 3, 1, 0>, CircularPadding2D<1, 0, 2, 3>>>(
        "borders");
    write<Image<ZeroPadding2D<0, 1, 2, 3>, Cropping2D<1, 2>, UpSampling2D<2>,
                UpSampling2D<Shape{1, 2}, Bilinear>>>("resized");
}

TEST_CASE("export_onnx: normalisation") {
    write<Image<BatchNorm<Epsilon<1e-3>>, GroupNorm<2>, InstanceNorm<>, LayerNorm<LastAxes<2>>, RMSNorm<>>>(
        "norms");
    write<Image<BatchNorm<NoScale>, GroupNorm<2, NoBias>, InstanceNorm<NoScale, NoBias>, LayerNorm<NoBias>,
                RMSNorm<NoScale>>>("plain_norms");
    write<Sequential<Input<6>, Dense<8>, BatchNorm<>, GroupNorm<2>, LayerNorm<>, Dropout<0.5>, Dense<2>>>(
        "row_norms");
    write<Line<TimeDistributed<Sequential<Dense<4>, BatchNorm<>, Softmax>>>>("step_norms");
}

TEST_CASE("export_onnx: recurrence") {
    write<Line<LSTM<5, ReturnSequences>, GRU<4, ReturnSequences>, SimpleRNN<3>>>("recurrent");
    write<Line<Bidirectional<LSTM<5, ReturnSequences>>, Bidirectional<GRU<3>, Add>>>("bidirectional");
    write<Line<GRU<4, ReturnSequences, GoBackwards, NoBias>, LSTM<3, ReturnState, ReturnSequences>>>(
        "states");
    write<Graph<Inputs<Node<"x", Input<6, 4>>, Node<"mask", Input<6>>>,
                Node<"lstm", LSTM<5, ReturnSequences, Masked, ReturnState>, From<"x", "mask">>,
                Node<"cut", Slice<0, 6>, From<"lstm">>,
                Node<"gru", GRU<4, Masked, GoBackwards, ReturnSequences>, From<"cut", "mask">>,
                Node<"rnn", SimpleRNN<3, Masked>, From<"gru", "mask">>, Outputs<"rnn", "lstm">>>("masked");
    write<Graph<Inputs<Node<"x", Input<6, 4>>>, Node<"encoder", LSTM<5, ReturnState>, From<"x">>,
                Node<"decoder", LSTM<5, ReturnSequences, InitialState>, From<"x", "encoder">>,
                Outputs<"decoder">>>("initial_state");
    write<Line<SimpleRNN<5, ReturnSequences, ReLUCell>, GRU<4, ReturnSequences, ResetBefore>,
               Bidirectional<LSTM<3, Projected<2>, ReturnSequences>>, SVDF<4, 3, FilterRank<2>>,
               SVDF<3, 2, NoBias>>>("cells");
    write<Graph<Inputs<Node<"x", Input<6, 4>>, Node<"mask", Input<6>>>,
                Node<"encoder", LSTM<5, Projected<3>, Masked, ReturnState>, From<"x", "mask">>,
                Node<"decoder", LSTM<5, Projected<3>, InitialState, ReturnSequences>, From<"x", "encoder">>,
                Node<"gru", GRU<4, ResetBefore, Masked, ReturnSequences>, From<"decoder", "mask">>,
                Outputs<"gru">>>("masked_cells");
}

TEST_CASE("export_onnx: attention") {
    write<Sequential<Input<7, 8>, TransformerEncoderBlock<2, 12>,
                     TransformerEncoderBlock<4, 16, PreNorm, CausalMask>>>("encoder");
    write<Graph<Inputs<Node<"x", Input<6, 8>>, Node<"memory", Input<5, 4>>, Node<"mask", Input<5>>>,
                Node<"y", TransformerDecoderBlock<2, 12, KeyPaddingMask>, From<"x", "memory", "mask">>,
                Outputs<"y">>>("decoder");
    write<Graph<Inputs<Node<"q", Input<6, 8>>, Node<"k", Input<5, 8>>, Node<"v", Input<5, 4>>>,
                Node<"y", ScaledDotProductAttention<CausalMask>, From<"q", "k", "v">>, Outputs<"y">>>(
        "dot_product");
    using Rotary =
        MultiHeadAttention<4, CausalMask, RoPE<>, KeyValueHeads<2>, KeyDim<6>, KeyValueCache<5>, NoBias>;
    using Biased = MultiHeadAttention<2, AdditiveMask, ALiBi, ScoreScale<0.3>, RoPE<HalfSplit>>;
    write<Graph<Inputs<Node<"x", Input<7, 8>>, Node<"bias", Input<7, 7>>>, Node<"first", Rotary, From<"x">>,
                Node<"turned", RoPE<RotaryBase<100>>, From<"first">>,
                Node<"y", Biased, From<"turned", "bias">, SharedWeights<"last">>,
                Node<"weights", AttentionWeights<2, AdditiveMask, ALiBi, ScoreScale<0.3>, RoPE<HalfSplit>>,
                     From<"turned", "bias">, SharedWeights<"last">>,
                Outputs<"y", "weights">>>("rotary");
    write<Graph<Inputs<Node<"tokens", Input<7>>>,
                Node<"words", Embedding<12, 6>, From<"tokens">, SharedWeights<"words">>,
                Node<"read", MultiHeadAttention<1, CausalMask>, From<"words">>,
                Node<"scores", TiedScores<12, 6>, From<"read">, SharedWeights<"words">>, Outputs<"scores">>>(
        "tied", true);
}

TEST_CASE("export_onnx: graphs and shapes") {
    write<Image<Residual<Conv2D<4, 3, Same>, ReLU, Conv2D<4, 1>>, ReLU,
                Parallel<Concat, Conv2D<2, 1>, Identity>, Permute<2, 0, 1>, Reshape<6, 63>, Slice<1, 4>,
                Slice<2, 20, Axis<1>, Stride<3>>, Reverse, Flatten, RepeatVector<2>>>("shapes");
    write<Graph<Inputs<Node<"a", Input<5, 3>>, Node<"b", Input<5, 3>>>, Node<"sum", Add, From<"a", "b">>,
                Node<"difference", Subtract, From<"a", "b">>,
                Node<"product", Multiply, From<"sum", "difference", "a">>,
                Node<"mean", Average, From<"a", "b", "product">>, Node<"most", Maximum, From<"mean", "a">>,
                Node<"least", Minimum, From<"mean", "b">>, Node<"dot", Dot, From<"most", "least">>,
                Outputs<"dot", "product">>>("merges");
    write<Sequential<Input<6>, Dense<8>, Reparameterize, Dense<2>>>("code");
    write<Graph<Inputs<Node<"a", Input<5>>, Node<"b", Input<5>>>,
                Node<"x", Dense<4>, From<"a">, SharedWeights<"tower">>,
                Node<"y", Dense<4>, From<"b">, SharedWeights<"tower">>, Node<"z", Concat, From<"x", "y">>,
                Outputs<"z">>>("shared");
}

TEST_CASE("export_onnx: reductions, broadcasting, masks and products of matrices") {
    write<Image<Parallel<Broadcast<Multiply>, Conv2D<4, 1>,
                         Sequential<ReduceMean<Axis<0>, Axis<1>>, Dense<4>, Sigmoid>>,
                ReduceMax<Axis<1>, KeepAxes>, Gather<Indices<3, 0, 3>, Axis<2>>, ReduceSum<>>>("squeezed");
    write<Graph<Inputs<Node<"a", Input<2, 5, 3>>, Node<"b", Input<4, 3>>>,
                Node<"least", ReduceMin<Axis<1>, KeepAxes>, From<"a">>,
                Node<"mask", Greater<>, From<"a", "least">>, Node<"far", NotEqual<0>, From<"b">>,
                Node<"chosen", Where<-0.5>, From<"mask", "a">>, Node<"rows", Where<>, From<"far", "b", "b">>,
                Node<"y", MatMul<TransposeSecond>, From<"chosen", "rows">>,
                Node<"z", MatMul<TransposeFirst>, From<"chosen", "a">>, Outputs<"y", "z">>>(
        "masked_products");
}

TEST_CASE("export_onnx: nothing is transposed between convolutions") {
    using Net = Image<Conv2D<6, 3, Same>, BatchNorm<>, ReLU, MaxPool2D<2>, Residual<Conv2D<6, 3, Same>>,
                      Conv2D<2, 1>>;
    const std::vector<std::string> expected{
        "Transpose", "Conv", "BatchNormalization", "Relu",    "MaxPool", "Conv",
        "Add",       "Conv", "Transpose",          "Identity"};
    CHECK(operators_of(io::onnx_bytes(Model<Net>())) == expected);
}

namespace {

struct Square {
    template <class Vector>
    static Vector value(Vector x) noexcept {
        return x * x;
    }
};

struct Cube {
    template <class Vector>
    static Vector value(Vector x) noexcept {
        return x * x * x;
    }
};

} // namespace

template <>
struct io::onnx::Rule<Lambda<Cube>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return for_each_element(to, step, [&](const std::string& x) {
            return to.node("Pow", {x, to.number(3, step.part("three"))}, {}, step.name);
        });
    }
};

TEST_CASE("export_onnx: a layer of one's own, with a rule of one's own") {
    write<Sequential<Input<3>, Dense<4>, Lambda<Cube>, Dense<2>>>("own_layer");
    write<Line<TimeDistributed<Lambda<Cube>>>>("own_layer_each_step");
}

TEST_CASE("export_onnx: layers that ONNX can't say are all named, and nothing is written") {
    using Net = Sequential<Input<3>, Lambda<Square>, Dense<2>, Residual<Lambda<Square>>>;
    const TemporaryDirectory directory;
    const std::string path = directory / "network.onnx";
    CHECK(error_of([&] { io::export_onnx(path, Model<Net>()); }) ==
          "export_onnx: ONNX has no operator for layer `0` `Lambda`, layer `2.0` `Lambda`; give one by a "
          "specialisation "
          "of burin::io::onnx::Rule");
    CHECK(!std::ifstream(path));
}

TEST_CASE("export_onnx: a parameter that is no number is refused") {
    Model<Sequential<Input<2>, Dense<2>>> model;
    model["0.weight"][3] = std::numeric_limits<float>::quiet_NaN();
    CHECK(error_of([&] { io::onnx_bytes(model); }) ==
          "export_onnx: 0.weight[3]: expected a finite number, got nan");
}
