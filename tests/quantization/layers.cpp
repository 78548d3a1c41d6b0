#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/image_padding.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/padding.hpp"
#include "burin/layers/permute.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/repeat_vector.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/reverse.hpp"
#include "burin/layers/slice.hpp"
#include "burin/layers/softmax.hpp"
#include "float_comparison.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace burin;

// A single layer is within half a step of the float network (float_comparison.hpp says why).

TEST_CASE("int8 elementwise layers are the float function of every element, rounded") {
    check_all<Sequential<Input<1>, Sigmoid>, Sequential<Input<15>, Tanh>, Sequential<Input<17>, GELU>,
              Sequential<Input<31>, SiLU>, Sequential<Input<7>, ELU<>>, Sequential<Input<16>, LeakyReLU<>>,
              Sequential<Input<33>, HardSwish>, Sequential<Input<33>, ReLU6>>();
}

TEST_CASE("int8 maxima, ReLU by itself, views: nothing is lost but where the scale changes") {
    check_all<Sequential<Input<5, 3>, MaxPool1D<2>>, Sequential<Input<5, 7, 2>, AdaptiveMaxPool2D<2, 3>>,
              Sequential<Input<3, 3, 1>, GlobalMaxPool2D>, Sequential<Input<4, 3, 5, 2>, MaxPool3D<2>, ReLU>,
              Sequential<Input<3, 5>, Flatten>>(0);
    check_all<Sequential<Input<17>, ReLU>>();
}

TEST_CASE("int8 means are within half a step: strided, whole, adaptive") {
    check_all<Sequential<Input<7, 3>, AveragePool1D<3, Stride<2>>>,
              Sequential<Input<5, 7, 17>, AdaptiveAveragePool2D<2, 3>>,
              Sequential<Input<3, 5, 1>, GlobalAveragePool2D>,
              Sequential<Input<3, 4, 5, 2>, AveragePool3D<2>, ReLU>>();
}

TEST_CASE("int8 padding and cropping keep every element; zeros are exact") {
    check_all<Sequential<Input<3, 2>, ZeroPadding1D<1, 2>>, Sequential<Input<3, 2, 5>, ZeroPadding2D<1>>,
              Sequential<Input<5, 3>, Cropping1D<1>>, Sequential<Input<3, 2, 2>, ReflectPadding2D<1>>,
              Sequential<Input<5, 6, 3>, Cropping2D<1>>>(0);
}

TEST_CASE("int8 Slice, Permute, Reverse and RepeatVector keep every element") {
    check_all<Sequential<Input<3, 5, 4>, Slice<1, 2, Axis<2>>>,
              Sequential<Input<70, 3, 66>, Permute<2, 1, 0>>, Sequential<Input<5, 3>, Reverse>,
              Sequential<Input<5>, RepeatVector<3>>>(0);
}

TEST_CASE("int8 Concat brings inputs of different zero points to one scale") {
    using Flat = Graph<Inputs<Node<"a", Input<1>>, Node<"b", Input<17>>, Node<"c", Input<3>>>,
                       Node<"all", Concat, From<"a", "b", "c">>, Outputs<"all">>;
    using Image =
        Graph<Inputs<Node<"a", Input<3, 2, 5>>, Node<"b", Input<3, 2, 2>>>,
              Node<"all", Concat, From<"a", "b">>, Node<"relu", ReLU, From<"all">>, Outputs<"relu">>;
    check_all<Flat>();
    // The ReLU is a table behind it: half a step of Concat's scale, then half of its own.
    const FloatComparison<Image> image;
    image.check(0.5F + 0.5F * image.scales[2].scale / image.network.outputs[0].scale);
}

// The inputs have 20 bits behind the point of twice their scale, which is far less than the thousandth.
TEST_CASE("int8 Add of one size after the other, and of three inputs") {
    using Two = Graph<Inputs<Node<"a", Input<17>>, Node<"b", Input<17>>>, Node<"sum", Add, From<"a", "b">>,
                      Node<"relu", ReLU, From<"sum">>, Outputs<"relu">>;
    using Three = Graph<Inputs<Node<"a", Input<1>>, Node<"b", Input<1>>, Node<"c", Input<1>>>,
                        Node<"sum", Add, From<"a", "b", "c">>, Outputs<"sum">>;
    check_all<Two, Three>();
}

TEST_CASE("int8 Subtract, Average, Multiply: of two and three inputs, a ReLU behind it") {
    using Two = Inputs<Node<"a", Input<17>>, Node<"b", Input<17>>>;
    using Three = Inputs<Node<"a", Input<1>>, Node<"b", Input<1>>, Node<"c", Input<1>>>;
    check_all<Graph<Two, Node<"y", Subtract, From<"a", "b">>, Outputs<"y">>,
              Graph<Two, Node<"y", Multiply, From<"a", "b">>, Node<"r", ReLU, From<"y">>, Outputs<"r">>,
              Graph<Three, Node<"y", Average, From<"a", "b", "c">>, Outputs<"y">>,
              Graph<Three, Node<"y", Multiply, From<"a", "b", "c">>, Outputs<"y">>>();
}

// Half a step of the inner layer is added as it is.
TEST_CASE("int8 Residual") {
    const auto check = [](const auto& comparison) {
        comparison.check(0.5F + 0.5F * comparison.scales[1].scale / comparison.network.outputs[0].scale);
    };
    check(FloatComparison<Sequential<Input<13>, Residual<Dense<13>>>>());
    check(FloatComparison<Sequential<Input<4, 3, 5>, Residual<Conv2D<5, 3, Same>>, ReLU>>());
}

TEST_CASE("int8 Softmax: half a step, a whole one at 1, which is no multiple of 1/256 that 8 bits have") {
    const auto check = [](const auto& comparison) {
        for (std::size_t i = 0; i < comparison.found.size(); ++i) {
            // The integers' own error is documented: at most 1 step.
            CHECK(std::abs(comparison.found[i] - comparison.expected[i]) <= 1.5F / 256);
            CHECK(comparison.found[i] <= 255.0F / 256);
        }
    };
    check(FloatComparison<Sequential<Input<1>, Softmax>>());
    check(FloatComparison<Sequential<Input<17>, Softmax>>());
}

TEST_CASE("int8 LogSoftmax: within a step and a half, and no less than −255/16") {
    const auto check = [](const auto& comparison) {
        for (std::size_t i = 0; i < comparison.found.size(); ++i)
            CHECK(std::abs(comparison.found[i] - std::max(comparison.expected[i], -255.0F / 16)) <=
                  1.5F / 16);
    };
    check(FloatComparison<Sequential<Input<1>, LogSoftmax>>());
    check(FloatComparison<Sequential<Input<2, 17>, LogSoftmax>>());
    check(FloatComparison<Sequential<Input<300>, LogSoftmax>>());
}

TEST_CASE("quantize: an LSTM's constants are the same with every compiler") {
    using Net = Sequential<Input<7, 5>, LSTM<9>>;
    Parameters<Net> parameters;
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        for (std::size_t i = 0; i < tensor.spec.shape.size(); ++i)
            parameters[tensor.name().view()][i] =
                static_cast<float>(static_cast<int>(i * 37 % 101) - 50) / 59;
    ActivationRanges<Net> ranges;
    for (quantization::Range& range : ranges.nodes)
        range = {-1, 0.7F};
    QuantizedNetwork<Net> network;
    quantize(parameters, ranges, network);
    CHECK(crc32(network) == 2158457841u);
}
