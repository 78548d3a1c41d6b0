#include "burin/quantization/quantized_predictor.hpp"
#include "reference/int8.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

using namespace burin;
namespace expected = reference::int8;

namespace {

constexpr quantization::Scale input_scale{3.0F / 256, 5}, output_scale{7.0F / 128, -9},
    wide_scale{1.0F / 16, 5};

/// The range that has this scale.
constexpr quantization::Range range_of(const quantization::Scale& scale) {
    return {scale.scale * static_cast<float>(core::int8_min - scale.zero_point),
            scale.scale * static_cast<float>(core::int8_max - scale.zero_point)};
}
static_assert(quantization::scale_of(range_of(input_scale)) == input_scale);
static_assert(quantization::scale_of(range_of(output_scale)) == output_scale);

using Once = std::integral_constant<Rounding, Rounding::once>;
using Twice = std::integral_constant<Rounding, Rounding::twice>;

template <class Net, Rounding Way>
using Network8 = std::unique_ptr<QuantizedNetwork<Net, Way>>;

/// A network whose inputs have the first scales and whose other nodes have the last.
template <class Net, class Way, std::size_t Count>
Network8<Net, Way::value> quantized_with(const Parameters<Net>& parameters,
                                         const std::array<quantization::Scale, Count>& scales) {
    ActivationRanges<Net> ranges;
    for (std::size_t node = 0; node < engine::Network<Net>::size; ++node)
        ranges[node] = range_of(scales[std::min(node, Count - 1)]);
    auto network = std::make_unique<QuantizedNetwork<Net, Way::value>>();
    quantize(parameters, ranges, *network);
    return network;
}

/// A network of one layer with the reference's weights, whose channels have scales (1 + c mod 5) / 2048 or,
/// if `scale` is not 0, that one. `index(row, channel)` is where the reference has a weight.
template <class Net, class Way, class Index>
Network8<Net, Way::value> weighted(std::span<const signed char> w, std::span<const int> b, Index index,
                                   float scale = 0) {
    Parameters<Net> parameters;
    const auto weight = parameters["0.weight"];
    const std::size_t channels = b.size();
    for (std::size_t c = 0; c < channels; ++c) {
        const float unit = scale > 0 ? scale : static_cast<float>(1 + c % 5) / 2048;
        for (std::size_t row = 0; row < w.size() / channels; ++row)
            weight[row * channels + c] = unit * static_cast<float>(w[index(row, c)]);
        parameters["0.bias"][c] = input_scale.scale * unit * static_cast<float>(b[c]);
    }
    return quantized_with<Net, Way>(parameters, std::array{input_scale, output_scale});
}

template <class Net, std::size_t Rows, Rounding Way, class... Inputs>
std::vector<int> outputs_of(const QuantizedNetwork<Net, Way>& network, const Inputs&... inputs) {
    QuantizedPredictor<Net, Rows> predictor;
    const auto from = predictor.run(network, {reinterpret_cast<const std::int8_t*>(inputs)...}, Rows)[0];
    return {from, from + Rows * output_shape<Net>.size()};
}

std::vector<int> numbers(std::span<const signed char> values) {
    return {values.begin(), values.end()};
}

int largest_difference(const std::vector<int>& a, const std::vector<int>& b) {
    REQUIRE(a.size() == b.size());
    int largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

} // namespace

// Equal to the last bit: TensorFlow Lite's own two kinds of kernels agree on these values too, and both
// roundings give them. Where the two differ is whole_networks.cpp's.

TEST_CASE_TEMPLATE("int8 Dense is TensorFlow Lite's FULLY_CONNECTED", Way, Once, Twice) {
    using Net = Sequential<Input<19>, Dense<7>>;
    const auto network = weighted<Net, Way>(
        expected::dense_w, expected::dense_b, [](auto row, auto c) { return c * 19 + row; }, 3.0F / 2048);
    CHECK(outputs_of<Net, 3>(*network, expected::dense_x) == numbers(expected::dense_y));
}

TEST_CASE_TEMPLATE("int8 Conv2D is TensorFlow Lite's CONV_2D", Way, Once, Twice) {
    SUBCASE("Same, strides, a ReLU behind it") {
        using Net = Sequential<Input<7, 6, 3>, Conv2D<5, 3, Same, Stride<2>>, ReLU>;
        const auto network = weighted<Net, Way>(expected::conv_w, expected::conv_b,
                                                [](auto row, auto c) { return c * 27 + row; });
        CHECK(outputs_of<Net, 1>(*network, expected::conv_x) == numbers(expected::conv_y));
    }
    SUBCASE("Valid, dilation") {
        using Net = Sequential<Input<5, 7, 17>, Conv2D<9, Shape{2, 3}, Dilation<1, 2>>>;
        const auto network = weighted<Net, Way>(expected::dilated_w, expected::dilated_b,
                                                [](auto row, auto c) { return c * 102 + row; });
        CHECK(outputs_of<Net, 1>(*network, expected::dilated_x) == numbers(expected::dilated_y));
    }
    SUBCASE("a kernel of one pixel") {
        using Net = Sequential<Input<3, 3, 21>, Conv2D<6, 1>>;
        const auto network = weighted<Net, Way>(expected::point_w, expected::point_b,
                                                [](auto row, auto c) { return c * 21 + row; });
        CHECK(outputs_of<Net, 1>(*network, expected::point_x) == numbers(expected::point_y));
    }
}

TEST_CASE_TEMPLATE("int8 DepthwiseConv2D is TensorFlow Lite's DEPTHWISE_CONV_2D", Way, Once, Twice) {
    SUBCASE("Same, strides, a ReLU behind it") {
        using Net = Sequential<Input<6, 7, 19>, DepthwiseConv2D<3, Same, Stride<2>>, ReLU>;
        const auto network = weighted<Net, Way>(expected::depthwise_w, expected::depthwise_b,
                                                [](auto row, auto c) { return row * 19 + c; });
        CHECK(outputs_of<Net, 1>(*network, expected::depthwise_x) == numbers(expected::depthwise_y));
    }
    SUBCASE("two outputs a channel") {
        using Net = Sequential<Input<5, 5, 3>, DepthwiseConv2D<3, Same, Stride<2>, DepthMultiplier<2>>>;
        const auto network = weighted<Net, Way>(expected::multiplied_w, expected::multiplied_b,
                                                [](auto row, auto c) { return row * 6 + c; });
        CHECK(outputs_of<Net, 1>(*network, expected::multiplied_x) == numbers(expected::multiplied_y));
    }
}

TEST_CASE_TEMPLATE("int8 pooling is TensorFlow Lite's AVERAGE_POOL_2D and MAX_POOL_2D", Way, Once, Twice) {
    using Average = Sequential<Input<6, 5, 7>, AveragePool2D<3, Same, Stride<2>>>;
    using Max = Sequential<Input<6, 5, 7>, MaxPool2D<3, Same, Stride<2>>>;
    const auto average = quantized_with<Average, Way>({}, std::array{input_scale});
    CHECK(outputs_of<Average, 1>(*average, expected::average_x) == numbers(expected::average_y));
    const auto max = quantized_with<Max, Way>({}, std::array{input_scale});
    CHECK(outputs_of<Max, 1>(*max, expected::max_x) == numbers(expected::max_y));
}

TEST_CASE_TEMPLATE("int8 Add with a ReLU behind it is TensorFlow Lite's ADD", Way, Once, Twice) {
    using Net = Graph<Inputs<Node<"a", Input<64>>, Node<"b", Input<64>>>, Node<"sum", Add, From<"a", "b">>,
                      Node<"relu", ReLU, From<"sum">>, Outputs<"relu">>;
    const auto network = quantized_with<Net, Way>(
        {}, std::array<quantization::Scale, 3>{input_scale, {5.0F / 512, -20}, {3.0F / 256, -31}});
    CHECK(outputs_of<Net, 1>(*network, expected::add_a, expected::add_c) == numbers(expected::add_y));
}

TEST_CASE_TEMPLATE("int8 Subtract and Multiply are TensorFlow Lite's SUB and MUL", Way, Once, Twice) {
    using In = Inputs<Node<"a", Input<64>>, Node<"b", Input<64>>>;
    using Difference = Graph<In, Node<"y", Subtract, From<"a", "b">>, Outputs<"y">>;
    using Product =
        Graph<In, Node<"product", Multiply, From<"a", "b">>, Node<"y", ReLU, From<"product">>, Outputs<"y">>;
    const auto difference = quantized_with<Difference, Way>(
        {}, std::array<quantization::Scale, 3>{input_scale, {5.0F / 512, -20}, {13.0F / 512, -31}});
    CHECK(outputs_of<Difference, 1>(*difference, expected::sub_a, expected::sub_c) ==
          numbers(expected::sub_y));
    const auto product = quantized_with<Product, Way>(
        {}, std::array<quantization::Scale, 3>{input_scale, {5.0F / 512, -20}, {3.0F / 256, -31}});
    CHECK(outputs_of<Product, 1>(*product, expected::mul_a, expected::mul_c) == numbers(expected::mul_y));
}

TEST_CASE_TEMPLATE("int8 Sigmoid and Tanh are TensorFlow Lite's LOGISTIC and TANH, for every input", Way,
                   Once, Twice) {
    std::array<signed char, 256> every;
    for (std::size_t i = 0; i < every.size(); ++i)
        every[i] = static_cast<signed char>(static_cast<int>(i) - 128);
    using Logistic = Sequential<Input<256>, Sigmoid>;
    const auto logistic = quantized_with<Logistic, Way>({}, std::array{wide_scale});
    CHECK(outputs_of<Logistic, 1>(*logistic, every.data()) == numbers(expected::logistic_y));
    using Hyperbolic = Sequential<Input<256>, Tanh>;
    const auto hyperbolic = quantized_with<Hyperbolic, Way>({}, std::array{wide_scale});
    CHECK(outputs_of<Hyperbolic, 1>(*hyperbolic, every.data()) == numbers(expected::tanh_y));
}

TEST_CASE_TEMPLATE("int8 Softmax and LogSoftmax are within 1 of TensorFlow Lite's", Way, Once, Twice) {
    using Net = Sequential<Input<10>, Softmax>;
    const auto network = quantized_with<Net, Way>({}, std::array{wide_scale});
    CHECK(largest_difference(outputs_of<Net, 8>(*network, expected::softmax_x),
                             numbers(expected::softmax_y)) <= 1);
    using Logarithms = Sequential<Input<10>, LogSoftmax>;
    const auto logarithms = quantized_with<Logarithms, Way>({}, std::array{wide_scale});
    CHECK(largest_difference(outputs_of<Logarithms, 8>(*logarithms, expected::log_softmax_x),
                             numbers(expected::log_softmax_y)) <= 1);
}
