#include "burin/layers/transposed_convolution.hpp"

#include "burin/graph/streamer.hpp"
#include "burin/layers/activations.hpp"
#include "support/convolution_reference.hpp"
#include "support/problem_of.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace burin;

TEST_CASE("Conv1DTranspose and Conv2DTranspose agree with PyTorch") {
    check_reference<double, Input<2, 3, 3>, Conv2DTranspose<5, Shape{3, 4}, Same, Stride<2>>>(
        EXPECTED(enlarged));
    check_reference<double, Input<5, 3>, Conv1DTranspose<2, 3, Stride<2>>>(EXPECTED(spread));
}

TEST_CASE(
    "transposed convolutions with PyTorch's padding, output padding, groups and dilation agree with it") {
    check_reference<double, Input<3, 4, 3>,
                    Conv2DTranspose<2, Shape{4, 3}, Stride<2, 3>, Padding<1, 2>, OutputPadding<1, 2>>>(
        EXPECTED(padded));
    check_reference<float, Input<4, 3, 4>,
                    Conv2DTranspose<6, Shape{3, 2}, Groups<2>, Stride<2>, Padding<1>, Dilation<1, 2>,
                                    OutputPadding<0, 1>>>(EXPECTED(parted));
    check_reference<
        double, Input<2, 3, 2, 3>,
        Conv3DTranspose<2, Shape{2, 3, 3}, Stride<1, 2, 2>, Padding<0, 1, 1>, OutputPadding<0, 1, 0>>>(
        EXPECTED(deep));
    check_reference<double, Input<4, 2>,
                    Conv1DTranspose<4, 2, Groups<2>, Stride<3>, Padding<1>, OutputPadding<2>>>(
        EXPECTED(gaps));
}

TEST_CASE("transposed convolutions: gradients match central differences") {
    check_differences<Input<3, 2, 1>, Conv2DTranspose<4, 2, Stride<3, 2>>, Tanh,
                      Conv2DTranspose<3, 3, Same, Dilation<2>, NoBias>>();
    check_differences<Input<2, 2, 1, 2>, Conv3DTranspose<2, 2, Stride<2>, Padding<1>, OutputPadding<1>>,
                      Tanh>();
}

TEST_CASE("transposed convolutions: shapes, and sentences for options that do not go together") {
    static_assert(output_shape<Sequential<Input<5, 4, 3>, Conv2DTranspose<7, 3, Stride<2>>>> ==
                  Shape(11, 9, 7));
    static_assert(output_shape<Sequential<Input<5, 4, 3>, Conv2DTranspose<7, 3, Same, Stride<2>>>> ==
                  Shape(10, 8, 7));
    static_assert(output_shape<Sequential<Input<5, 3>, Conv1DTranspose<7, 2, Stride<3>>>> == Shape(15, 7));
    static_assert(output_shape<Sequential<Input<5, 3>, Conv1DTranspose<7, 2, Stride<3>, Padding<0>>>> ==
                  Shape(14, 7));
    static_assert(output_shape<Sequential<Input<5, 3>, Conv1DTranspose<7, 5, Stride<3>, Padding<1, 2>>>> ==
                  Shape(14, 7));
    static_assert(output_shape<Sequential<Input<5, 3>, Conv1DTranspose<7, 2, Stride<3>, OutputPadding<2>>>> ==
                  Shape(16, 7));
    static_assert(can_stream<Sequential<Input<5, 3>, Conv1DTranspose<7, 2, Stride<2>>>> &&
                  !can_stream<Sequential<Input<5, 3>, Conv1DTranspose<7, 3, Stride<2>>>>);
    const auto tells = [](const std::string& problem, const char* part) {
        INFO(problem);
        CHECK(problem.find(part) != std::string::npos);
    };
    tells(problem_of<Sequential<Input<5, 3>, Conv1DTranspose<7, 2, Same, OutputPadding<1>>>>(),
          "expected `OutputPadding` with `Padding` or `Valid`");
    tells(problem_of<Sequential<Input<5, 3>, Conv1DTranspose<7, 2, Stride<2>, OutputPadding<2>>>>(),
          "expected less `OutputPadding`");
    tells(problem_of<Sequential<Input<5, 3>, Conv1DTranspose<6, 2, Groups<2>>>>(), "divide evenly");
    tells(problem_of<Sequential<Input<5, 4>, Conv1DTranspose<7, 2, Groups<2>>>>(), "divide the filters");
    tells(problem_of<Sequential<Input<1, 4>, Conv1DTranspose<7, 2, Padding<1>>>>(), "leaves something");
    tells(problem_of<Sequential<Input<5, 3>, Conv1DTranspose<7, 2, Causal>>>(), "`OutputPadding`");
    CHECK(Conv3DTranspose<2, 3, Stride<2>, Padding<1>, OutputPadding<1>>::name().view() ==
          "Conv3DTranspose<2, 3, Stride<2>, Padding<1>, OutputPadding<1>>");
}
