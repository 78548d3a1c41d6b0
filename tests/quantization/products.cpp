#include "burin/layers/activations.hpp"
#include "burin/layers/bidirectional.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "float_comparison.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>

using namespace burin;

// A single layer is within half a step of the float network (float_comparison.hpp says why).

TEST_CASE("int8 Dense: rows and columns of 1, around vectors, primes") {
    check_all<Sequential<Input<1>, Dense<1>>, Sequential<Input<15>, Dense<3, NoBias>>,
              Sequential<Input<17>, Dense<5>, ReLU>, Sequential<Input<31>, Dense<2>>,
              Sequential<Input<67>, Dense<13>>>();
}

TEST_CASE("int8 Conv1D and Conv3D: padding, strides, dilation, a ReLU behind it") {
    check_all<Sequential<Input<7, 3>, Conv1D<5, 3, Same, Stride<2>>>,
              Sequential<Input<11, 1>, Conv1D<1, 3, Dilation<2>>, ReLU>,
              Sequential<Input<3, 4, 5, 2>, Conv3D<3, 2, Same, Stride<2>>>>();
}

TEST_CASE("int8 Conv2D: groups, dilation, strides, borders") {
    check_all<Sequential<Input<5, 4, 6>, Conv2D<4, 3, Same, Groups<2>>>,
              Sequential<Input<5, 5, 3>, Conv2D<6, 2, Groups<3>, Stride<2>, NoBias>, ReLU>,
              Sequential<Input<6, 7, 17>, Conv2D<2, 3, Dilation<2>, Padding<1>>>,
              Sequential<Input<1, 1, 1>, Conv2D<1, 3, Same>>>();
}

TEST_CASE("int8 DepthwiseConv2D: depth multiplier, dilation, channels around vectors") {
    check_all<Sequential<Input<4, 5, 3>, DepthwiseConv2D<3, Same, DepthMultiplier<2>>, ReLU>,
              Sequential<Input<6, 6, 15>, DepthwiseConv2D<3, Stride<2>, NoBias>>,
              Sequential<Input<6, 5, 17>, DepthwiseConv2D<3, Same, Dilation<2>>>,
              Sequential<Input<3, 3, 1>, DepthwiseConv2D<2>>>();
}

// Nodes with shared weights: half a step of the first is an input's error of the second, whose bias is
// rounded to its own units. Scales are s₁ and s₂, the steps of the weights at most s: the error is at most
// ½ + ½ · s₁ · (max Σ |w| + s) / s₂ steps of the output.
TEST_CASE("int8 layers with shared weights") {
    using Net = Graph<Inputs<Node<"x", Input<5>>>, Node<"once", Dense<5>, From<"x">, SharedWeights<"e">>,
                      Node<"twice", Dense<5>, From<"once">, SharedWeights<"e">>, Outputs<"twice">>;
    const FloatComparison<Net> comparison;
    const float first = comparison.scales[1].scale, second = comparison.scales[2].scale;
    REQUIRE(second == comparison.network.outputs[0].scale);
    const float step = comparison.weight_step(0, 10);
    comparison.check(0.5F + 0.5F * first * (comparison.largest_row_sum("e.weight") + step) / second);
}

namespace {

/// How far outputs may be off, in steps of 1/128, after some time. Sums of inputs and biases are exact; only
/// the state that the cell is given is off, by so much as the outputs are, and each sum z by max Σ |u| times
/// that. Sigmoid's slope is at most ¼ and tanh's 1; gates are at most 1, and |c| at most the time:
///
///     Δc ≤ Δc₋₁ + (¼ · |c₋₁| + ¼ + 1) · Δz,   Δh ≤ Δc + ¼ · Δz
float lstm_steps(float row_sum, std::size_t time) {
    float cell = 0, output = 0;
    for (std::size_t t = 0; t < time; ++t) {
        const float sum = row_sum * output;
        cell += (0.25F * static_cast<float>(t) + 1.25F) * sum;
        output = cell + 0.25F * sum + 0.5F;
    }
    return output;
}

template <class Net, std::size_t Time>
void check_lstm() {
    const FloatComparison<Net> comparison(12);
    const float steps = lstm_steps(comparison.largest_row_sum("0.recurrent_weight"), Time);
    CAPTURE(steps);
    REQUIRE(steps < 4); // Of 256: else this would say little.
    comparison.check(steps);
}

} // namespace

TEST_CASE("int8 LSTM: one step and several, sequences, backwards, without a bias") {
    check_lstm<Sequential<Input<1, 3>, LSTM<1>>, 1>();
    check_lstm<Sequential<Input<3, 17>, LSTM<5, ReturnSequences>>, 3>();
    check_lstm<Sequential<Input<5, 1>, LSTM<3, GoBackwards, NoBias>>, 5>();
}

// h = n + z · (h₋₁ − n): off by as much as n and h₋₁ are at most, and by Δz · |h₋₁ − n| ≤ ½ · Δ of the sum.
// n is off by Δ of its sum and by ¼ · Δ · |a_n|, where a_n is at most max Σ |u| + |b'|, which is less than 4.
TEST_CASE(
    "int8 GRU and SimpleRNN: one step and several, sequences, backwards, without a bias, both ways at once") {
    const auto check = [](const auto& comparison, std::size_t time, float slope,
                          const char* weight = "0.recurrent_weight") {
        const float row_sum = comparison.largest_row_sum(weight);
        REQUIRE(row_sum < 3);
        float steps = 0;
        for (std::size_t t = 0; t < time; ++t)
            steps += slope * row_sum * (steps + 0.5F) + 0.5F;
        CAPTURE(steps);
        // Concat brings both ways to a scale of its own, which is the finer one.
        const float step = 1.0F / 128 / comparison.network.outputs[0].scale;
        comparison.check(step == 1 ? steps : steps * step + 0.5F);
    };
    check(FloatComparison<Sequential<Input<1, 3>, GRU<1>>>(13), 1, 2.5F);
    check(FloatComparison<Sequential<Input<3, 17>, GRU<5, ReturnSequences>>>(14), 3, 2.5F);
    check(FloatComparison<Sequential<Input<2, 4>, GRU<3, GoBackwards, NoBias>>>(13), 2, 2.5F);
    check(FloatComparison<Sequential<Input<3, 5>, SimpleRNN<7, ReturnSequences>>>(13), 3, 1);
    check(FloatComparison<Sequential<Input<3, 2>, Bidirectional<SimpleRNN<3, ReturnSequences>>>>(13), 3, 1,
          "0.1.recurrent_weight");
}
