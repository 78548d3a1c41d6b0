#include "burin/layers/resize.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/layers/activations.hpp"
#include "reference/resize.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/reference_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

using namespace burin;
namespace r = reference::resize;

namespace {

using Line = Input<7, 3>;
using Picture = Input<4, 7, 5>;
using Volume = Input<3, 4, 3, 2>;

template <class InputLayer, class Layer>
void check_outputs(const auto& x, const auto& expected, double tolerance = 1e-12) {
    INFO(std::string(Layer::name().view()));
    check_close(
        LayerRun<Sequential<InputLayer, Layer>>{}.infer(std::vector<double>(std::begin(x), std::end(x))),
        expected, tolerance);
}

} // namespace

TEST_CASE("Resize to the nearest element agrees with PyTorch") {
    check_reference<double, Line, Resize1D<10>>(r::x1, r::nearest1_dy, r::nearest1_y, r::nearest1_dx);
    check_reference<float, Picture, Resize2D<Shape{3, 10}, Nearest, HalfPixel>>(r::x2, r::exact2_dy,
                                                                                r::exact2_y, r::exact2_dx);
    check_reference<double, Volume, Resize3D<Shape{5, 2, 4}>>(r::x3, r::nearest3_dy, r::nearest3_y,
                                                              r::nearest3_dx);
}

TEST_CASE("linear Resize agrees with PyTorch") {
    check_reference<double, Line, Resize1D<11, Linear>>(r::x1, r::linear1_dy, r::linear1_y, r::linear1_dx);
    check_reference<double, Line, Resize1D<4, Linear, AlignCorners>>(r::x1, r::corners1_dy, r::corners1_y,
                                                                     r::corners1_dx);
    check_reference<float, Picture, Resize2D<Shape{7, 5}, Bilinear>>(r::x2, r::bilinear2_dy, r::bilinear2_y,
                                                                     r::bilinear2_dx);
    check_reference<double, Picture, Resize2D<Shape{3, 12}, Bilinear, AlignCorners>>(
        r::x2, r::corners2_dy, r::corners2_y, r::corners2_dx);
    check_reference<double, Picture, Resize2D<Shape{6, 4}, Bilinear, Factors<1.7, 0.6>>>(
        r::x2, r::factors2_dy, r::factors2_y, r::factors2_dx);
    check_reference<double, Volume, Resize3D<Shape{4, 4, 5}, Trilinear>>(r::x3, r::trilinear3_dy,
                                                                         r::trilinear3_y, r::trilinear3_dx);
    check_reference<double, Volume, Resize3D<Shape{1, 7, 2}, Trilinear, AlignCorners>>(
        r::x3, r::trilinear_corners3_dy, r::trilinear_corners3_y, r::trilinear_corners3_dx);
}

TEST_CASE("bicubic Resize agrees with PyTorch") {
    check_reference<float, Picture, Resize2D<Shape{6, 13}, Bicubic>>(r::x2, r::bicubic2_dy, r::bicubic2_y,
                                                                     r::bicubic2_dx);
    check_reference<double, Picture, Resize2D<Shape{9, 4}, Bicubic, AlignCorners>>(
        r::x2, r::cubic_corners2_dy, r::cubic_corners2_y, r::cubic_corners2_dx);
}

TEST_CASE("Resize with other coordinates and roundings agrees with ONNX") {
    check_outputs<Picture, Resize2D<Shape{6, 5}, Bilinear, Asymmetric>>(r::x2, r::asymmetric2_y, 3e-6);
    check_outputs<Picture, Resize2D<Shape{7, 4}, Bilinear, HalfPixelSymmetric, Factors<1.8, 0.6>>>(
        r::x2, r::symmetric2_y, 3e-6);
    check_outputs<Picture, Resize2D<Shape{7, 5}, Bicubic, CubicCoefficient<-0.5>, ExcludeOutside>>(
        r::x2, r::outside2_y, 3e-6);
    check_outputs<Line, Resize1D<4, Nearest, RoundUp>>(r::x1, r::up1_y);
    check_outputs<Line, Resize1D<14, HalvesDown>>(r::x1, r::halves1_y);
    check_outputs<Line, Resize1D<14, AlignCorners>>(r::x1, r::halves_up1_y);
}

TEST_CASE("Resize: gradients match central differences") {
    check_layer_gradients<Input<4, 3, 1>, Sigmoid, Resize2D<Shape{9, 2}, Bicubic>, Tanh>();
    check_layer_gradients<Input<1, 3, 17>, Sigmoid, Resize2D<Shape{2, 1}, Bilinear>, Tanh>();
}

TEST_CASE("Resize: shapes, names and sentences") {
    static_assert(output_shape<Sequential<Picture, Resize2D<Shape{1, 20}>>> == Shape(1, 20, 5));
    CHECK(Resize2D<Shape{9, 2}, Bicubic, CubicCoefficient<-0.5>>::name().view() ==
          "Resize2D<Shape{9, 2}, Bicubic, CubicCoefficient<-0.5>>");
    CHECK(Resize1D<7, Linear, Factors<1.5>>::name().view() == "Resize1D<7, Linear, Factors<1.5>>");
    CHECK(problem_of<Sequential<Line, Resize1D<8, Bilinear>>>().find("`Linear` of one axis") !=
          std::string::npos);
    CHECK(problem_of<Sequential<Line, Resize2D<8>>>().find("channels are the last") != std::string::npos);
    CHECK(problem_of<Sequential<Line, Resize1D<9, Linear, Factors<1.5>>>>().find("`Factors`") !=
          std::string::npos);
    static_assert(!can_stream<Sequential<Line, Resize1D<8, Linear>>>);
    // As it is: nothing is mixed.
    const std::vector<double> x(std::begin(r::x1), std::end(r::x1));
    CHECK(LayerRun<Sequential<Line, Resize1D<7, Linear, AlignCorners>>>{}.infer(x) == x);
}
