#include "burin/layers/pooling.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/padding.hpp"
#include "burin/layers/past.hpp"
#include "reference/pooling.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"
#include "support/reference_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

using namespace burin;
namespace r = reference::pooling;

namespace {

using Line = Input<11, 3>;
using Picture = Input<7, 6, 9>;
using Volume = Input<5, 4, 3, 2>;

} // namespace

TEST_CASE_TEMPLATE("MaxPool agrees with PyTorch", Scalar, float, double) {
    check_reference<Scalar, Picture, MaxPool2D<2>>(r::x2, r::max2_2_dy, r::max2_2_y, r::max2_2_dx);
    check_reference<Scalar, Picture, MaxPool2D<3, Stride<2>, Padding<1>>>(
        r::x2, r::max2_3_stride2_padding1_dy, r::max2_3_stride2_padding1_y, r::max2_3_stride2_padding1_dx);
}

TEST_CASE("MaxPool of one to three axes agrees with PyTorch, with Keras's padding and with gaps") {
    check_reference<double, Line, MaxPool1D<3, Stride<2>>>(r::x1, r::max1_3_stride2_dy, r::max1_3_stride2_y,
                                                           r::max1_3_stride2_dx);
    check_reference<double, Picture, MaxPool2D<3, Stride<2>, Same>>(
        r::x2, r::max2_same_3_stride2_dy, r::max2_same_3_stride2_y, r::max2_same_3_stride2_dx);
    check_reference<double, Picture, MaxPool2D<1, Stride<3>>>(r::x2, r::max2_1_stride3_dy,
                                                              r::max2_1_stride3_y, r::max2_1_stride3_dx);
    check_reference<double, Volume, MaxPool3D<2>>(r::x3, r::max3_2_dy, r::max3_2_y, r::max3_2_dx);
}

TEST_CASE_TEMPLATE("AveragePool agrees with PyTorch", Scalar, float, double) {
    check_reference<Scalar, Picture, AveragePool2D<Shape{3, 2}, Stride<2, 1>>>(
        r::x2, r::average2_32_stride21_dy, r::average2_32_stride21_y, r::average2_32_stride21_dx);
    check_reference<Scalar, Picture, AveragePool2D<2, Padding<1>>>(
        r::x2, r::average2_2_padding1_dy, r::average2_2_padding1_y, r::average2_2_padding1_dx);
}

TEST_CASE("AveragePool of one to three axes agrees with PyTorch, with Keras's padding") {
    check_reference<double, Line, AveragePool1D<2>>(r::x1, r::average1_2_dy, r::average1_2_y,
                                                    r::average1_2_dx);
    check_reference<double, Picture, AveragePool2D<3, Same, Stride<2>>>(
        r::x2, r::average2_same_3_stride2_dy, r::average2_same_3_stride2_y, r::average2_same_3_stride2_dx);
    check_reference<double, Volume, AveragePool3D<2, Stride<1>>>(
        r::x3, r::average3_2_stride1_dy, r::average3_2_stride1_y, r::average3_2_stride1_dx);
}

TEST_CASE("pooling with dilation, ceil mode and padding that counts agrees with PyTorch") {
    check_reference<double, Line, MaxPool1D<3, Stride<2>, Padding<1>, Dilation<2>>>(
        r::x1, r::max1_dilation2_padding1_dy, r::max1_dilation2_padding1_y, r::max1_dilation2_padding1_dx);
    check_reference<float, Picture,
                    MaxPool2D<Shape{2, 3}, Stride<2>, Padding<1, 0>, Dilation<2, 1>, CeilMode>>(
        r::x2, r::max2_dilation21_ceil_dy, r::max2_dilation21_ceil_y, r::max2_dilation21_ceil_dx);
    check_reference<double, Volume, MaxPool3D<2, Stride<1>, Padding<1>, Dilation<2>>>(
        r::x3, r::max3_dilation_padding_dy, r::max3_dilation_padding_y, r::max3_dilation_padding_dx);
    check_reference<double, Picture, MaxPool2D<2, CeilMode>>(r::x2, r::max2_ceil_dy, r::max2_ceil_y,
                                                             r::max2_ceil_dx);
    check_reference<double, Line, AveragePool1D<4, Stride<3>, Padding<2>, CeilMode, CountPadding>>(
        r::x1, r::average1_counted_dy, r::average1_counted_y, r::average1_counted_dx);
    check_reference<float, Picture, AveragePool2D<3, Stride<2>, Padding<1>, CountPadding>>(
        r::x2, r::average2_counted_dy, r::average2_counted_y, r::average2_counted_dx);
    check_reference<double, Picture, AveragePool2D<Shape{2, 4}, Stride<2, 3>, Padding<0, 1>, CeilMode>>(
        r::x2, r::average2_ceil_dy, r::average2_ceil_y, r::average2_ceil_dx);
    check_reference<double, Volume, AveragePool3D<3, Stride<2>, Padding<1>, CeilMode, CountPadding>>(
        r::x3, r::average3_counted_ceil_dy, r::average3_counted_ceil_y, r::average3_counted_ceil_dx);
}

TEST_CASE("pooling: padding on one side is as of a larger image") {
    // Of positive numbers zeros are never the largest.
    const auto x = random_numbers(2 * 5 * 4 * 3, 4, 1, 2);
    using One = Sequential<Input<5, 4, 3>, MaxPool2D<3, Stride<2>, Padding<1, 2, 0, 1>>>;
    using Other = Sequential<Input<5, 4, 3>, ZeroPadding2D<1, 2, 0, 1>, MaxPool2D<3, Stride<2>>>;
    CHECK(LayerRun<One>{}.infer(x) == LayerRun<Other>{}.infer(x));
    using Means = Sequential<Input<5, 4, 3>, AveragePool2D<3, Stride<2>, Padding<1, 2, 0, 1>, CountPadding>>;
    using Others = Sequential<Input<5, 4, 3>, ZeroPadding2D<1, 2, 0, 1>, AveragePool2D<3, Stride<2>>>;
    check_close(LayerRun<Means>{}.infer(x), LayerRun<Others>{}.infer(x), 1e-15);
}

TEST_CASE("global and adaptive pooling agree with PyTorch") {
    check_reference<double, Picture, GlobalMaxPool2D>(r::x2, r::global_max2_dy, r::global_max2_y,
                                                      r::global_max2_dx);
    check_reference<double, Volume, GlobalAveragePool3D>(r::x3, r::global_average3_dy, r::global_average3_y,
                                                         r::global_average3_dx);
    check_reference<double, Line, AdaptiveMaxPool1D<4>>(r::x1, r::adaptive_max1_4_dy, r::adaptive_max1_4_y,
                                                        r::adaptive_max1_4_dx);
    check_reference<double, Picture, AdaptiveAveragePool2D<3, 4>>(
        r::x2, r::adaptive_average2_34_dy, r::adaptive_average2_34_y, r::adaptive_average2_34_dx);
    check_reference<double, Volume, AdaptiveAveragePool3D<3, 2, 1>>(
        r::x3, r::adaptive_average3_321_dy, r::adaptive_average3_321_y, r::adaptive_average3_321_dx);
}

TEST_CASE("pooling: gradients match central differences, with an activation before and one behind") {
    check_layer_gradients<Input<5, 1>, Sigmoid, MaxPool1D<2>, Tanh>();
    check_layer_gradients<Input<7, 5, 3>, Sigmoid, MaxPool2D<Shape{2, 3}>, AveragePool2D<2, Same>, Tanh>();
    check_layer_gradients<Input<5, 3, 5>, Sigmoid, AveragePool2D<2, Stride<3, 1>>, GlobalMaxPool2D, Tanh>();
    check_layer_gradients<Input<3, 3, 3, 1>, Sigmoid, MaxPool3D<2, Stride<1>>, GlobalAveragePool3D, Tanh>();
    check_layer_gradients<Input<7, 8, 3>, Sigmoid, AveragePool2D<2, Dilation<3, 2>, Stride<1, 3>>,
                          MaxPool2D<2, Padding<1>, CeilMode>, AveragePool2D<2, CountPadding, Padding<1>>,
                          Tanh>();
}

TEST_CASE("pooling: shapes, operations and names") {
    static_assert(output_shape<Sequential<Input<32, 32, 6>, MaxPool2D<2>>> == Shape(16, 16, 6));
    static_assert(output_shape<Sequential<Input<7, 8, 6>, MaxPool2D<3, Stride<2>, Same>>> == Shape(4, 4, 6));
    static_assert(output_shape<Sequential<Input<7, 8, 6>, AveragePool2D<Shape{7, 1}>>> == Shape(1, 8, 6));
    static_assert(output_shape<Sequential<Input<9, 6>, GlobalAveragePool1D>> == Shape(6));
    static_assert(output_shape<Sequential<Input<9, 6>, AdaptiveAveragePool1D<4>>> == Shape(4, 6));
    static_assert(flops<Sequential<Input<5, 4, 3>, MaxPool2D<2>>> == 5 * 4 * 3 - 4 * 3);
    static_assert(flops<Sequential<Input<4, 1>, MaxPool1D<2, Stride<1>>>> == 6);
    CHECK(MaxPool2D<3, Stride<2>, Same>::name().view() == "MaxPool2D<3, Stride<2>, Same>");
    CHECK(AveragePool2D<Shape{3, 2}, Padding<1, 0>>::name().view() ==
          "AveragePool2D<Shape{3, 2}, Padding<1, 0>>");
    CHECK(AdaptiveMaxPool2D<3, 4>::name().view() == "AdaptiveMaxPool2D<3, 4>");
    CHECK(GlobalAveragePool1D::name().view() == "GlobalAveragePool1D");
    static_assert(output_shape<Sequential<Input<2, 6>, MaxPool1D<3, Stride<2>, CeilMode>>> == Shape(1, 6));
    CHECK(!problem_of<Sequential<Input<1, 6>, MaxPool1D<3, Stride<1>, CeilMode>>>().empty());
    CHECK(MaxPool1D<3, Dilation<2>, CeilMode>::name().view() == "MaxPool1D<3, Dilation<2>, CeilMode>");
    CHECK(problem_of<Sequential<Input<2, 1>, MaxPool1D<2, Padding<1>, Dilation<3>>>>().find("less padding") !=
          std::string::npos);
    CHECK(problem_of<Sequential<Input<2, 1>, MaxPool1D<2, Same, CeilMode>>>().find(
              "expected `CeilMode` with") != std::string::npos);
    CHECK(!MaxPool2D<5>::infer_shape(std::array{Shape(4, 9, 2)}).fits());
    CHECK(!MaxPool2D<2>::infer_shape(std::array{Shape(4, 9)}).fits());
}

TEST_CASE("pooling in pieces gives the same as of the whole, where the window moves by its own size") {
    static_assert(MaxPool1D<3>::traits.streams && !MaxPool1D<3, Same>::traits.streams &&
                  !MaxPool1D<3, Padding<1>>::traits.streams);
    // Windows that overlap need what was before the piece.
    static_assert(can_stream<Sequential<Input<12, 5>, MaxPool1D<3>>, 3> &&
                  !can_stream<Sequential<Input<12, 5>, MaxPool1D<3, Stride<2>>>, 4> &&
                  can_stream<Sequential<Input<12, 5>, Past<1>, MaxPool1D<3, Stride<2>>>, 4> &&
                  can_stream<Sequential<Input<12, 5>, Past<4>, MaxPool1D<3, Stride<1>, Dilation<2>>>, 4> &&
                  !can_stream<Sequential<Input<12, 5>, MaxPool1D<3, CeilMode>>, 3>);
    const auto x = random_numbers(12 * 5, 1);
    const auto whole = LayerRun<Sequential<Input<12, 5>, AveragePool1D<3>>>{}.infer(x);
    CHECK(LayerRun<Sequential<Input<6, 5>, AveragePool1D<3>>>{}.infer(x) == whole);
}
