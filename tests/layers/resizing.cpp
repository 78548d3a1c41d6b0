#include "reference/resizing.hpp"
#include "burin/layers/image_padding.hpp"
#include "burin/layers/padding.hpp"
#include "burin/layers/upsampling.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/reference_check.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace burin;
namespace r = reference::resizing;

namespace {

using Line = Input<5, 3>;
using Picture = Input<4, 3, 5>;
using Volume = Input<3, 2, 3, 2>;

} // namespace

TEST_CASE("ZeroPadding and Cropping agree with PyTorch") {
    check_reference<double, Line, ZeroPadding1D<2, 0>>(r::x1, r::pad1_dy, r::pad1_y, r::pad1_dx);
    check_reference<double, Picture, ZeroPadding2D<0, 1, 2, 3>>(r::x2, r::pad2_dy, r::pad2_y, r::pad2_dx);
    check_reference<double, Volume, ZeroPadding3D<2, 0, 1>>(r::x3, r::pad3_dy, r::pad3_y, r::pad3_dx);
    check_reference<double, Line, Cropping1D<1>>(r::x1, r::crop1_dy, r::crop1_y, r::crop1_dx);
    check_reference<double, Picture, Cropping2D<2, 1, 1, 0>>(r::x2, r::crop2_dy, r::crop2_y, r::crop2_dx);
}

TEST_CASE("padding by reflection, by the edge and by the other side agrees with PyTorch") {
    check_reference<double, Line, ReflectPadding1D<2, 1>>(r::x1, r::reflect1_dy, r::reflect1_y,
                                                          r::reflect1_dx);
    check_reference<double, Picture, ReflectPadding2D<3, 1, 2, 1>>(r::x2, r::reflect2_dy, r::reflect2_y,
                                                                   r::reflect2_dx);
    check_reference<double, Volume, ReflectPadding3D<1, 0, 0, 1, 1, 1>>(r::x3, r::reflect3_dy, r::reflect3_y,
                                                                        r::reflect3_dx);
    check_reference<double, Line, ReplicatePadding1D<7, 1>>(r::x1, r::replicate1_dy, r::replicate1_y,
                                                            r::replicate1_dx);
    check_reference<float, Picture, ReplicatePadding2D<0, 5, 2, 1>>(r::x2, r::replicate2_dy, r::replicate2_y,
                                                                    r::replicate2_dx);
    check_reference<double, Volume, ReplicatePadding3D<4, 0, 2, 1, 1, 2>>(r::x3, r::replicate3_dy,
                                                                          r::replicate3_y, r::replicate3_dx);
    check_reference<double, Line, CircularPadding1D<5, 1>>(r::x1, r::circular1_dy, r::circular1_y,
                                                           r::circular1_dx);
    check_reference<double, Picture, CircularPadding2D<1, 4, 2, 1>>(r::x2, r::circular2_dy, r::circular2_y,
                                                                    r::circular2_dx);
    check_reference<double, Volume, CircularPadding3D<1, 1, 2, 1, 1, 2>>(r::x3, r::circular3_dy,
                                                                         r::circular3_y, r::circular3_dx);
}

TEST_CASE("padding made of the image: a border that is too large is a sentence") {
    CHECK(problem_of<Sequential<Input<3, 1>, ReflectPadding1D<3>>>().find("larger than each border") !=
          std::string::npos);
    CHECK(problem_of<Sequential<Input<3, 1>, CircularPadding1D<4>>>().find("as large as each border") !=
          std::string::npos);
    CHECK(problem_of<Sequential<Input<3, 1>, ReflectPadding2D<1>>>().find("channels are the last axis") !=
          std::string::npos);
    CHECK(problem_of<Sequential<Input<3, 1>, CircularPadding1D<3>, ReplicatePadding1D<0, 40>>>().empty());
}

TEST_CASE("UpSampling agrees with PyTorch") {
    check_reference<double, Line, UpSampling1D<3>>(r::x1, r::nearest1_dy, r::nearest1_y, r::nearest1_dx);
    check_reference<float, Picture, UpSampling2D<Shape{2, 3}>>(r::x2, r::nearest2_dy, r::nearest2_y,
                                                               r::nearest2_dx);
    check_reference<double, Volume, UpSampling3D<2>>(r::x3, r::nearest3_dy, r::nearest3_y, r::nearest3_dx);
    check_reference<double, Picture, UpSampling2D<2, Bilinear>>(r::x2, r::bilinear2_dy, r::bilinear2_y,
                                                                r::bilinear2_dx);
    check_reference<float, Picture, UpSampling2D<Shape{3, 1}, Bilinear>>(r::x2, r::bilinear31_dy,
                                                                         r::bilinear31_y, r::bilinear31_dx);
}

TEST_CASE("padding, cropping and upsampling: gradients match central differences") {
    check_layer_gradients<Input<3, 4, 1>, ZeroPadding2D<1>, UpSampling2D<2, Bilinear>, Cropping2D<1>>();
    check_layer_gradients<Input<1, 2, 5>, UpSampling2D<2>, UpSampling2D<Shape{1, 3}, Bilinear>>();
}

TEST_CASE("borders and factors: shapes and names") {
    static_assert(output_shape<Sequential<Input<4, 5, 2>, ZeroPadding2D<1, 2>>> == Shape(6, 9, 2));
    static_assert(output_shape<Sequential<Input<4, 5, 6, 2>, Cropping3D<1, 1, 2>>> == Shape(2, 3, 2, 2));
    static_assert(output_shape<Sequential<Input<4, 5, 2>, UpSampling2D<Shape{1, 2}>>> == Shape(4, 10, 2));
    CHECK(ZeroPadding2D<0, 1, 2, 3>::name().view() == "ZeroPadding2D<0, 1, 2, 3>");
    CHECK(Cropping1D<1>::name().view() == "Cropping1D<1>");
    CHECK(UpSampling2D<2, Bilinear>::name().view() == "UpSampling2D<2, Bilinear>");
    CHECK(!Cropping1D<2>::infer_shape(std::array{Shape(4, 3)}).fits());
    CHECK(!UpSampling1D<2>::infer_shape(std::array{Shape(4)}).fits());
}
