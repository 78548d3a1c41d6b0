// The same row gives the same bits whatever stands beside it, and the same step whatever comes with it.

#include "burin/graph/predictor.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/fast.hpp"
#include "burin/layers/feed_forward.hpp"
#include "burin/layers/group_norm.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/layer_norm.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/permute.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/positional_encoding.hpp"
#include "burin/layers/rescaling.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "burin/layers/slice.hpp"
#include "burin/layers/softmax.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/layers/transformer.hpp"
#include "burin/layers/upsampling.hpp"
#include "support/on_heap.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// Tokens that are no numbers are none of the vocabulary.
template <class Net>
inline constexpr bool is_embedding = false;
template <class InputLayer, std::size_t Vocabulary, std::size_t Size, class... Layers>
inline constexpr bool is_embedding<Sequential<InputLayer, Embedding<Vocabulary, Size>, Layers...>> = true;

template <class Net>
OnHeap<Parameters<Net>> some_parameters() {
    auto parameters = OnHeap<Parameters<Net>>();
    initialize(*parameters, initializers::Default{}, 1);
    // Biases and means are not all 0 then.
    const auto more = random_numbers<float>(parameters->values.size(), 3);
    for (std::size_t i = 0; i < more.size(); ++i)
        parameters->values[i] += 0.1f * more[i];
    return parameters;
}

void check_bits(std::span<const float> found, std::span<const float> expected) {
    REQUIRE(found.size() == expected.size());
    std::size_t differ = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        differ += std::bit_cast<std::uint32_t>(found[i]) != std::bit_cast<std::uint32_t>(expected[i]);
    CHECK(differ == 0);
}

/// Each of 2 to 9 rows is what it is alone.
template <class Net>
void check_rows() {
    constexpr std::size_t size = input_shape<Net>.size(), most = 9;
    const auto parameters = some_parameters<Net>();
    const auto x = random_numbers<float>(most * size, 2, 0, 4);
    const auto predictor = OnHeap<Predictor<Net, most>>();
    std::vector<float> alone;
    for (std::size_t row = 0; row < most; ++row) {
        const auto y = (*predictor)(*parameters, std::span(x).subspan(row * size, size));
        alone.insert(alone.end(), y.begin(), y.end());
    }
    const std::size_t each = alone.size() / most;
    for (std::size_t rows = 2; rows <= most; ++rows) {
        INFO(rows << " rows: " << std::string(__PRETTY_FUNCTION__));
        check_bits((*predictor)(*parameters, std::span(x).first(rows * size)),
                   std::span(alone).first(rows * each));
    }
    // What is no number stays in its row.
    auto spoilt = x;
    constexpr std::size_t bad = 4;
    std::fill_n(spoilt.begin() + bad * size, size, std::numeric_limits<float>::quiet_NaN());
    const auto y = (*predictor)(*parameters, spoilt);
    INFO("a row of NaN: " << std::string(__PRETTY_FUNCTION__));
    check_bits(y.first(bad * each), std::span(alone).first(bad * each));
    check_bits(y.subspan((bad + 1) * each), std::span(alone).subspan((bad + 1) * each));
    const auto own = y.subspan(bad * each, each);
    if (!is_embedding<Net>)
        CHECK(std::all_of(own.begin(), own.end(), [](float element) { return std::isnan(element); }));
}

constexpr std::size_t time_steps = 14;

/// Each step is what it is in the whole sequence, if it comes with others in pieces of 1 to 7 steps.
template <class Net, std::size_t... Steps>
void check_pieces_of() {
    constexpr std::size_t size = input_shape<Net>.size(), step = size / time_steps;
    const auto parameters = some_parameters<Net>();
    const auto x = random_numbers<float>(size, 2, 0, 4);
    const auto predictor = OnHeap<Predictor<Net, 1>>();
    const auto whole = (*predictor)(*parameters, x);
    const auto check = [&]<std::size_t Count>(std::integral_constant<std::size_t, Count>) {
        INFO(Count << " steps at a time: " << std::string(__PRETTY_FUNCTION__));
        const auto streamer = OnHeap<Streamer<Net, Count>>();
        std::vector<float> pieces;
        for (std::size_t t = 0; t + Count <= time_steps; t += Count) {
            const auto y = (*streamer)(*parameters, std::span(x).subspan(t * step, Count * step));
            pieces.insert(pieces.end(), y.begin(), y.end());
        }
        check_bits(pieces, whole.first(pieces.size()));
    };
    (check(std::integral_constant<std::size_t, Steps>{}), ...);
}

template <class Net>
void check_stream() {
#if defined(EVERY_EXTENT)
    check_pieces_of<Net, 1, 2, 3, 4, 5, 7>();
#else
    check_pieces_of<Net, 1, 3, 4>(); // A step, which may be brief; an odd number; one that divides no length.
#endif
}

template <std::size_t Features, class... Layers>
using Sequence = Sequential<Input<time_steps, Features>, Layers...>;

} // namespace

TEST_CASE("same bits: normalisations") {
    check_stream<Sequence<20, LayerNorm<>>>();
    check_stream<Sequence<7, RMSNorm<>>>();
    check_stream<Sequence<33, LayerNorm<>, ReLU, RMSNorm<>>>();
    check_stream<Sequence<9, BatchNorm<>, Tanh, TimeDistributed<Dense<9>>, BatchNorm<>>>();
    check_rows<Sequential<Input<20>, LayerNorm<>>>();
    check_rows<Sequential<Input<33>, RMSNorm<>>>();
    check_rows<Sequential<Input<6, 5>, LayerNorm<LastAxes<2>>>>();
    check_rows<Sequential<Input<9>, BatchNorm<>>>();
    check_rows<Sequential<Input<5, 6>, GroupNorm<3>, ReLU>>();
    check_rows<Sequential<Input<5, 6>, InstanceNorm<>>>();
}

TEST_CASE("same bits: dense layers") {
    check_stream<Sequence<3, TimeDistributed<Dense<1>>>>();
    check_stream<Sequence<8, TimeDistributed<Sequential<Dense<8>, ReLU, Dense<8>, Tanh, Dense<1>>>>>();
    check_stream<
        Sequence<5, TimeDistributed<Sequential<Dense<16>, GELU, Dense<7>, Sigmoid, Dense<33>, Dense<4>>>>>();
    check_stream<Sequence<40, TimeDistributed<Sequential<Dense<70>, SiLU, Dense<3>>>>>();
    check_stream<Sequence<12, FeedForward<24>>>();
    check_rows<Sequential<Input<8>, Dense<8>, ReLU, Dense<1>>>();
    check_rows<Sequential<Input<64>, Dense<128>, ReLU, Dense<10>>>();
    check_rows<Sequential<Input<300>, Dense<17>, Tanh, Dense<48>, Dense<2>>>();
    check_rows<Sequential<Input<1500>, Dense<40>, Dense<5>>>();
}

TEST_CASE("same bits: convolutions, pooling and resizing") {
    check_stream<Sequence<3, Conv1D<4, 3, Causal>, ReLU, Conv1D<6, 2, Causal, Dilation<2>>>>();
    check_stream<Sequence<16, Conv1D<32, 5, Causal>, Tanh, Conv1D<1, 1, Causal>>>();
    check_stream<Sequence<8, Conv1D<8, 3, Causal, Groups<4>>, PositionalEncoding, UpSampling1D<2>>>();
    check_pieces_of<Sequence<5, Conv1D<3, 2, Causal>, MaxPool1D<2>, AveragePool1D<1>>, 2, 4>();
    check_rows<
        Sequential<Input<9, 9, 3>, Conv2D<8, 3>, ReLU, MaxPool2D<2>, Conv2D<16, 3>, Flatten, Dense<10>>>();
    check_rows<
        Sequential<Input<8, 8, 16>, DepthwiseConv2D<3, Same>, ReLU, Conv2D<24, 1>, GlobalAveragePool2D>>();
    check_rows<Sequential<Input<30, 2>, Conv1D<5, 7, Stride<3>>, AveragePool1D<2>>>();
}

TEST_CASE("same bits: recurrent layers") {
    check_stream<
        Sequence<3, LSTM<8, ReturnSequences>, GRU<5, ReturnSequences>, SimpleRNN<4, ReturnSequences>>>();
    check_stream<Sequence<1, LSTM<16, ReturnSequences>, TimeDistributed<Dense<1>>>>();
    check_stream<Sequence<24, GRU<33, ReturnSequences>>>();
    check_stream<Sequence<6, Fast<LSTM<40, ReturnSequences>>>>();
    check_rows<Sequence<3, LSTM<8, ReturnSequences>, GRU<5, ReturnSequences>, SimpleRNN<4>>>();
    check_rows<Sequence<2, LSTM<33>>>();
    check_rows<Sequence<2, GRU<16, ReturnSequences>>>();
}

TEST_CASE("same bits: all else that looks at one step") {
    check_stream<Sequence<10, Softmax>>();
    check_stream<Sequence<21, LogSoftmax>>();
    check_stream<Sequence<6, Residual<TimeDistributed<Dense<6>>, ELU<>, Dropout<0.5>>, Slice<1, 5, Axis<1>>,
                          Rescaling<2.0, 1.0>, Fast<Sequential<Softplus, GELUTanh>>>>();
    check_rows<Sequential<Input<10>, Softmax>>();
    check_rows<Sequential<Input<21>, LogSoftmax>>();
    check_rows<Sequential<Input<6, 8>, TransformerEncoderBlock<2, 16>>>();
    check_rows<Sequential<Input<7>, Embedding<5, 12>, GlobalAveragePool1D>>();
}
