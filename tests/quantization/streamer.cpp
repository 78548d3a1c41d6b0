#include "burin/graph/streamer.hpp"

#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/padding.hpp"
#include "burin/layers/past.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/slice.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/quantization/calibrator.hpp"
#include "burin/quantization/quantized_predictor.hpp"
#include "burin/quantization/quantized_streamer.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace burin;

namespace {

constexpr std::size_t time_steps = 12;

/// Steps `first` to `first + count` of each of `rows` sequences.
std::vector<std::int8_t> cut(const std::vector<std::int8_t>& x, std::size_t rows, std::size_t first,
                             std::size_t count) {
    const std::size_t each = x.size() / rows, step = each / time_steps;
    std::vector<std::int8_t> piece;
    for (std::size_t row = 0; row < rows; ++row)
        piece.insert(piece.end(), x.begin() + static_cast<std::ptrdiff_t>(row * each + first * step),
                     x.begin() + static_cast<std::ptrdiff_t>(row * each + (first + count) * step));
    return piece;
}

/// The outputs piece by piece are those of the whole sequence, also after a reset.
template <class Net, std::size_t Steps, std::size_t Batch, Rounding Way>
void check_pieces() {
    INFO(Steps << " steps at a time, " << Batch << " sequences");
    constexpr std::size_t size = input_shape<Net>.size();
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    const auto numbers = random_numbers<float>(Batch * size, 2);
    Calibrator<Net, Batch> calibrator;
    calibrator.observe(parameters.data(), {numbers.data()}, Batch);
    const QuantizedNetwork<Net, Way> network = quantize<Way>(parameters, calibrator.ranges());
    std::vector<std::int8_t> x(numbers.size());
    quantize(numbers, network.inputs[0], x);

    QuantizedPredictor<Net, Batch> predictor;
    const auto whole = predictor(network, x);
    QuantizedStreamer<Net, Steps, Batch> streamer;
    const std::size_t each = whole.size() / Batch;
    constexpr std::size_t step = output_shape<Net>.size() / output_shape<Net>[0];
    std::size_t differing = 0, compared = 0;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t piece = 0; piece < time_steps / Steps; ++piece) {
            const auto y = streamer(network, cut(x, Batch, piece * Steps, Steps));
            const std::size_t given = y.size() / Batch;
            REQUIRE(given == streamer.template output_steps<> * step);
            for (std::size_t i = 0; i < y.size(); ++i, ++compared)
                differing += y[i] != whole[i / given * each + piece * given + i % given];
        }
        streamer.reset();
    }
    CHECK(differing == 0);
    CHECK(compared == 2 * whole.size());
    // That there is something to compare.
    CHECK(*std::max_element(whole.begin(), whole.end()) - *std::min_element(whole.begin(), whole.end()) > 20);
}

template <class... Layers>
using Sequence = Sequential<Input<time_steps, 3>, Layers...>;
template <class... Layers>
using Images = Sequential<Input<time_steps, 1, 6>, Layers...>;

/// As in networks that listen: strides and windows along time, branches that look back differently far.
using Listening =
    Images<Past<2>, Conv2D<8, Shape{5, 1}, Stride<3, 1>>, ReLU,
           Parallel<Concat, Sequential<Slice<0, 4, Axis<2>>, Past<2>, DepthwiseConv2D<Shape{3, 1}>>,
                    Sequential<Slice<4, 4, Axis<2>>, Past<4>, DepthwiseConv2D<Shape{5, 1}>>>,
           Conv2D<5, 1>, Past<1>, Conv2D<2, Shape{2, 1}>, Sigmoid>;

} // namespace

TEST_CASE("QuantizedStreamer: outputs are those of the whole sequence, bit for bit, by both roundings") {
    check_pieces<Listening, 3, 1, Rounding::once>();
    check_pieces<Listening, 6, 2, Rounding::twice>();
    // 2 · 6 inputs, 2 · 4 + 4 · 4 and 5 between.
    static_assert(QuantizedStreamer<Listening, 3>::state_bytes == 12 + 24 + 5);
    static_assert(QuantizedStreamer<Listening, 3>::output_steps<> == 1);
    static_assert(QuantizedStreamer<Listening, 6>::output_steps<> == 2);
    static_assert(sizeof(QuantizedStreamer<Listening, 3>) <=
                  41 + QuantizedStreamer<Listening, 3>::arena_bytes + 32);
}

TEST_CASE("QuantizedStreamer: causal convolutions, strides, an LSTM, layers at each step") {
    using Causal3 = Sequence<Conv1D<4, 3, Causal, Dilation<2>>, ReLU, Conv1D<6, 2, Causal, Stride<2>>,
                             LSTM<5, ReturnSequences>, TimeDistributed<Dense<3>>>;
    check_pieces<Causal3, 2, 2, Rounding::once>();
}

TEST_CASE("QuantizedStreamer: pooling, padding beside time, cropping and sums behind a past") {
    using Pooled = Images<Past<1>, MaxPool2D<Shape{2, 1}, Stride<1, 1>>, Past<2>,
                          Parallel<Add, Sequential<Cropping2D<2, 0, 0, 0>>,
                                   Sequential<ZeroPadding2D<0, 0, 1, 1>, Conv2D<6, Shape{3, 3}>>>,
                          AveragePool2D<Shape{2, 1}>>;
    check_pieces<Pooled, 4, 2, Rounding::twice>();
}

TEST_CASE("QuantizedStreamer: one of several sequences begins anew; pieces at once") {
    using Net = Sequence<Past<2>, Conv1D<4, 3>>;
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    const auto numbers = random_numbers<float>(2 * input_shape<Net>.size(), 2);
    Calibrator<Net, 2> calibrator;
    calibrator.observe(parameters.data(), {numbers.data()}, 2);
    const auto network = quantize(parameters, calibrator.ranges());
    std::vector<std::int8_t> x(12);
    quantize(std::span(numbers).first(12), network.inputs[0], x);

    QuantizedStreamer<Net, 1, 2> streamer;
    const auto outputs = [&] {
        const auto y = streamer(network, std::span(x).first(6));
        return std::vector<std::int8_t>(y.begin(), y.end());
    };
    const auto first = outputs(), second = outputs();
    streamer.reset(1);
    const auto third = outputs();
    CHECK(std::vector(third.begin() + 4, third.end()) == std::vector(first.begin() + 4, first.end()));
    CHECK(std::vector(third.begin(), third.begin() + 4) != std::vector(first.begin(), first.begin() + 4));

    QuantizedStreamer<Net> one;
    std::vector<std::int8_t> together(16);
    CHECK(one(network, x, together).size() == 16);
    one.reset();
    for (std::size_t t = 0; t < 4; ++t) {
        const auto y = one(network, std::span(x).subspan(3 * t, 3));
        CHECK(std::equal(y.begin(), y.end(), together.begin() + static_cast<std::ptrdiff_t>(4 * t)));
    }
}

TEST_CASE("what can't run piece by piece with 8-bit integers") {
    static_assert(can_stream_quantized<Listening, 3> && can_stream_quantized<Listening, 12>);
    static_assert(!can_stream_quantized<Listening, 1> && !can_stream_quantized<Listening, 4>);
    static_assert(!can_stream_quantized<Sequence<Conv1D<3, 2>>>);
    static_assert(!can_stream_quantized<Sequence<Past<2>>>);
    static_assert(!can_stream_quantized<Sequence<LSTM<3, GoBackwards>>>);
}
