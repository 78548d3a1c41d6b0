#include "burin/layers/convolution.hpp"

#include "burin/layers/activations.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/transposed_convolution.hpp"
#include "support/check_close.hpp"
#include "support/convolution_reference.hpp"
#include "support/layer_run.hpp"
#include "support/on_heap.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

using namespace burin;

TEST_CASE_TEMPLATE("Conv2D agrees with PyTorch", Scalar, float, double) {
    check_reference<Scalar, Input<3, 5, 3>, Conv2D<5, Shape{2, 3}>>(EXPECTED(plain));
}

TEST_CASE("Conv2D with padding, strides, dilation and groups agrees with PyTorch") {
    check_reference<double, Input<5, 3, 2>, Conv2D<9, Shape{4, 3}, Same, Stride<2, 1>>>(
        EXPECTED(same_strided));
    check_reference<double, Input<6, 5, 2>, Conv2D<3, 3, Padding<1, 2>, Stride<1, 2>, Dilation<2, 1>>>(
        EXPECTED(dilated));
    check_reference<double, Input<3, 2, 6>, Conv2D<8, Shape{3, 2}, Same, Groups<2>>>(EXPECTED(grouped));
}

TEST_CASE("Conv1D and Conv3D agree with PyTorch") {
    check_reference<double, Input<9, 3>, Conv1D<4, 3, Causal, Dilation<2>>>(EXPECTED(causal));
    check_reference<double, Input<2, 4, 3, 2>, Conv3D<3, Shape{2, 3, 2}, Same, Stride<1, 2, 1>>>(
        EXPECTED(volume));
}

TEST_CASE("DepthwiseConv2D agrees with PyTorch") {
    check_reference<double, Input<3, 4, 9>, DepthwiseConv2D<3, Same, Stride<2>>>(EXPECTED(depthwise));
    check_reference<double, Input<3, 4, 3>, DepthwiseConv2D<Shape{3, 2}, Same, DepthMultiplier<2>>>(
        EXPECTED(multiplied));
}

TEST_CASE("convolutions: gradients match central differences for 1, SIMD widths ± 1, primes and odd tails") {
    check_differences<Input<6, 5, 1>, Conv2D<3, 3>, Tanh, Conv2D<7, 2, Same>,
                      Conv2D<9, Shape{3, 1}, Stride<2, 1>, NoBias>, Conv2D<1, 1>>();
    check_differences<Input<6, 2>, Conv1D<6, 2, Groups<2>, Dilation<3>>, Tanh,
                      Conv1D<17, 5, Causal, Stride<2>>>();
    check_differences<Input<2, 3, 2, 1>, Conv3D<5, 2, Same>>();
}

TEST_CASE("depthwise and separable convolutions: gradients match central differences") {
    check_differences<Input<7, 6, 5>, DepthwiseConv2D<Shape{3, 2}, Stride<2>, Dilation<2>, NoBias>, Tanh,
                      DepthwiseConv2D<3, Padding<2, 1>, DepthMultiplier<3>>, SeparableConv2D<2, 4, Same>>();
}

TEST_CASE("convolutions: shapes, parameters and cost") {
    using Net = Sequential<Input<9, 8, 3>, Conv2D<16, 3, Same, Stride<2>>, ReLU, Conv2D<4, Shape{2, 3}>>;
    static_assert(output_shape<Sequential<Input<9, 8, 3>, Conv2D<16, 3, Same, Stride<2>>>> ==
                  Shape(5, 4, 16));
    static_assert(output_shape<Net> == Shape(4, 2, 4));
    static_assert(parameter_count<Net> == 3 * 3 * 3 * 16 + 16 + 2 * 3 * 16 * 4 + 4);
    static_assert(flops<Sequential<Input<9, 8, 3>, Conv2D<16, 3, Same>>> == 9 * 8 * 16 * (2 * 27 + 1));
    static_assert(output_shape<Sequential<Input<5, 4, 3>, DepthwiseConv2D<3, DepthMultiplier<2>>>> ==
                  Shape(3, 2, 6));
    static_assert(parameter_count<Sequential<Input<8, 8, 4>, SeparableConv2D<6, 3>>> == 9 * 4 + 4 * 6 + 6);
    CHECK(std::string(Conv2D<16, Shape{3, 5}, Same, Stride<2, 1>, NoBias>::name().view()) ==
          "Conv2D<16, Shape{3, 5}, Same, Stride<2, 1>, NoBias>");
    CHECK(std::string(DepthwiseConv2D<3, DepthMultiplier<2>>::name().view()) ==
          "DepthwiseConv2D<3, DepthMultiplier<2>>");
}

TEST_CASE("Conv1D, Causal: a sequence in pieces gives what the whole gives") {
    constexpr std::size_t steps = 12, channels = 3, samples = 2;
    using Layers = Sequential<Conv1D<5, 3, Causal, Dilation<2>>, Tanh, Conv1D<2, 2, Causal>>;
    using Whole = Sequential<Input<steps, channels>, Layers>;
    LayerRun<Whole> whole;
    const auto start = random_numbers(parameter_count<Whole>, 1);
    std::copy(start.begin(), start.end(), whole.parameters->data());
    const auto x = random_numbers(samples * steps * channels, 2);
    const auto expected = whole.infer(x);

    const auto check = [&]<std::size_t Piece>(std::integral_constant<std::size_t, Piece>) {
        using Net = Sequential<Input<Piece, channels>, Layers>;
        using Streaming = engine::Plan<Net, recipes::streaming>;
        // What each remembers, and the place of the oldest in it; no memory beside it but for blocks.
        static_assert(engine::Network<Net>::state_count == 4 * channels + 1 + 5 + 1);
        const auto arena = OnHeap<engine::Arena<Streaming, samples, double>>();
        std::vector<double> state(samples * engine::Network<Net>::state_count),
            piece(samples * Piece * channels);
        engine::Frame<Net, double> frame;
        frame.inputs = {piece.data()};
        frame.parameters = whole.parameters->data();
        frame.arena = arena->data();
        frame.state = state.data();
        frame.rows = samples;
        for (std::size_t t = 0; t < steps; t += Piece) {
            for (std::size_t s = 0; s < samples; ++s)
                std::copy_n(x.data() + (s * steps + t) * channels, Piece * channels,
                            piece.data() + s * Piece * channels);
            engine::execute<Streaming, samples, double>(frame);
            const double* const y = engine::output_of<Streaming, samples, double>(frame);
            for (std::size_t s = 0; s < samples; ++s)
                check_close(std::span(y + s * Piece * 2, Piece * 2),
                            std::span(expected).subspan((s * steps + t) * 2, Piece * 2), 1e-14);
        }
    };
    check(std::integral_constant<std::size_t, 1>{});
    check(std::integral_constant<std::size_t, 3>{});
}
