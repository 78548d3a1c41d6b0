#include "burin/layers/pooling.hpp"
#include "burin/layers/activations.hpp"
#include "reference/pooling.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

using namespace burin;
namespace r = reference::pooling;

namespace {

/// The layer's output, alone and as the second of two samples, and its input's gradient.
template <class Scalar, class InputLayer, class LayerType>
void check(const auto& x, const auto& dy, const auto& y, const auto& dx) {
    const double tolerance = sizeof(Scalar) == 8 ? 1e-13 : 1e-6;
    INFO("for " << LayerType::name().view().data());
    const std::vector<Scalar> one(std::begin(x), std::end(x));
    std::vector<Scalar> two(one.size(), Scalar(3));
    two.insert(two.end(), one.begin(), one.end());
    const auto outputs = LayerRun<Sequential<InputLayer, LayerType>, Scalar, 2>{}.infer(two);
    const std::size_t size = std::size(y);
    REQUIRE(outputs.size() == 2 * size);
    check_close(std::vector<Scalar>(size, Scalar(3)), std::span(outputs).first(size), tolerance);
    check_close(std::span(outputs).last(size), y, tolerance);
    const std::vector<Scalar> gradient(std::begin(dy), std::end(dy));
    check_close(input_gradient<Scalar, InputLayer, LayerType>(one, gradient), dx, tolerance);
}

using Line = Input<11, 3>;
using Picture = Input<7, 6, 9>;
using Volume = Input<5, 4, 3, 2>;

} // namespace

TEST_CASE_TEMPLATE("MaxPool agrees with PyTorch", Scalar, float, double) {
    check<Scalar, Picture, MaxPool2D<2>>(r::x2, r::max2_2_dy, r::max2_2_y, r::max2_2_dx);
    check<Scalar, Picture, MaxPool2D<3, Stride<2>, Padding<1>>>(
        r::x2, r::max2_3_stride2_padding1_dy, r::max2_3_stride2_padding1_y, r::max2_3_stride2_padding1_dx);
}

TEST_CASE("MaxPool of one to three axes agrees with PyTorch, with Keras's padding and with gaps") {
    check<double, Line, MaxPool1D<3, Stride<2>>>(r::x1, r::max1_3_stride2_dy, r::max1_3_stride2_y,
                                                 r::max1_3_stride2_dx);
    check<double, Picture, MaxPool2D<3, Stride<2>, Same>>(
        r::x2, r::max2_same_3_stride2_dy, r::max2_same_3_stride2_y, r::max2_same_3_stride2_dx);
    check<double, Picture, MaxPool2D<1, Stride<3>>>(r::x2, r::max2_1_stride3_dy, r::max2_1_stride3_y,
                                                    r::max2_1_stride3_dx);
    check<double, Volume, MaxPool3D<2>>(r::x3, r::max3_2_dy, r::max3_2_y, r::max3_2_dx);
}

TEST_CASE_TEMPLATE("AveragePool agrees with PyTorch", Scalar, float, double) {
    check<Scalar, Picture, AveragePool2D<Shape{3, 2}, Stride<2, 1>>>(
        r::x2, r::average2_32_stride21_dy, r::average2_32_stride21_y, r::average2_32_stride21_dx);
    check<Scalar, Picture, AveragePool2D<2, Padding<1>>>(r::x2, r::average2_2_padding1_dy,
                                                         r::average2_2_padding1_y, r::average2_2_padding1_dx);
}

TEST_CASE("AveragePool of one to three axes agrees with PyTorch, with Keras's padding") {
    check<double, Line, AveragePool1D<2>>(r::x1, r::average1_2_dy, r::average1_2_y, r::average1_2_dx);
    check<double, Picture, AveragePool2D<3, Same, Stride<2>>>(
        r::x2, r::average2_same_3_stride2_dy, r::average2_same_3_stride2_y, r::average2_same_3_stride2_dx);
    check<double, Volume, AveragePool3D<2, Stride<1>>>(r::x3, r::average3_2_stride1_dy,
                                                       r::average3_2_stride1_y, r::average3_2_stride1_dx);
}

TEST_CASE("global and adaptive pooling agree with PyTorch") {
    check<double, Picture, GlobalMaxPool2D>(r::x2, r::global_max2_dy, r::global_max2_y, r::global_max2_dx);
    check<double, Volume, GlobalAveragePool3D>(r::x3, r::global_average3_dy, r::global_average3_y,
                                               r::global_average3_dx);
    check<double, Line, AdaptiveMaxPool1D<4>>(r::x1, r::adaptive_max1_4_dy, r::adaptive_max1_4_y,
                                              r::adaptive_max1_4_dx);
    check<double, Picture, AdaptiveAveragePool2D<3, 4>>(
        r::x2, r::adaptive_average2_34_dy, r::adaptive_average2_34_y, r::adaptive_average2_34_dx);
    check<double, Volume, AdaptiveAveragePool3D<3, 2, 1>>(
        r::x3, r::adaptive_average3_321_dy, r::adaptive_average3_321_y, r::adaptive_average3_321_dx);
}

namespace {

/// Gradients of Σ dy · y through activations before and behind, for images in which the window leaves
/// remainders.
template <class InputLayer, class... Layers>
void check_differences() {
    using Net = Sequential<InputLayer, Probe, Sigmoid, Layers..., Tanh>;
    LayerRun<Net> run;
    const auto start = random_numbers(parameter_count<Net>, 1, -2, 2);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto x = random_numbers(2 * input_shape<Net>.size(), 2, 0.5, 1.5);
    const auto dy = random_numbers(2 * output_shape<Net>.size(), 3);
    run.train(x, dy);
    check_gradient(
        [&] {
            const auto y = run.infer(x);
            double sum = 0;
            for (std::size_t i = 0; i < y.size(); ++i)
                sum += dy[i] * y[i];
            return sum;
        },
        run.parameters->all(), run.gradients->all());
}

} // namespace

TEST_CASE("pooling: gradients match central differences, with an activation before and one behind") {
    check_differences<Input<5, 1>, MaxPool1D<2>>();
    check_differences<Input<7, 5, 3>, MaxPool2D<Shape{2, 3}>, AveragePool2D<2, Same>>();
    check_differences<Input<5, 3, 5>, AveragePool2D<2, Stride<3, 1>>, GlobalMaxPool2D>();
    check_differences<Input<3, 3, 3, 1>, MaxPool3D<2, Stride<1>>, GlobalAveragePool3D>();
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
    CHECK(!MaxPool2D<5>::infer_shape(std::array{Shape(4, 9, 2)}).fits());
    CHECK(!MaxPool2D<2>::infer_shape(std::array{Shape(4, 9)}).fits());
}

TEST_CASE("pooling in pieces gives the same as of the whole, where the window moves by its own size") {
    static_assert(MaxPool1D<3>::streams && !MaxPool1D<3, Stride<2>>::streams && !MaxPool1D<3, Same>::streams);
    const auto x = random_numbers(12 * 5, 1);
    const auto whole = LayerRun<Sequential<Input<12, 5>, AveragePool1D<3>>>{}.infer(x);
    CHECK(LayerRun<Sequential<Input<6, 5>, AveragePool1D<3>>>{}.infer(x) == whole);
}
