#include "burin/quantization/resize.hpp"
#include "burin/quantization/pixel_shuffle.hpp"
#include "burin/quantization/quantized_predictor.hpp"
#include "float_comparison.hpp"
#include "reference/int8_resize.hpp"
#include "support/problem_of.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace burin;
namespace r = reference::int8_resize;

namespace {

/// One layer by itself.
template <class Layer, Rounding Way, Shape Input>
std::vector<std::int8_t> resized(const std::int8_t* x) {
    constexpr Shape output = Layer::infer_shape(std::array{Input}).shape;
    std::vector<std::int8_t> y(output.size());
    quantization::Int8Context<Signature<output, Input>, quantization::NoConstants, Way> run;
    run.inputs[0] = x;
    run.output = y.data();
    run.rows = 1;
    quantization::Int8Layer<Layer>::forward(run);
    return y;
}

template <Rounding Way, class... Options>
std::vector<std::int8_t> enlarged_and_reduced() {
    const std::vector<std::int8_t> x(std::begin(r::x), std::end(r::x));
    const auto larger = resized<Resize2D<Shape{7, 8}, Bilinear, Options...>, Way, Shape(4, 3, 5)>(x.data());
    return resized<Resize2D<Shape{3, 2}, Bilinear, Options...>, Way, Shape(7, 8, 5)>(larger.data());
}

std::vector<std::int8_t> bytes(const auto& from) {
    return {std::begin(from), std::end(from)};
}

} // namespace

TEST_CASE("int8 Resize2D is TensorFlow Lite's RESIZE_BILINEAR") {
    CHECK(enlarged_and_reduced<Rounding::once, Asymmetric>() == bytes(r::asymmetric_once));
    CHECK(enlarged_and_reduced<Rounding::twice, Asymmetric>() == bytes(r::asymmetric_twice));
    CHECK(enlarged_and_reduced<Rounding::once>() == bytes(r::half_pixel_once));
    CHECK(enlarged_and_reduced<Rounding::twice>() == bytes(r::half_pixel_twice));
    CHECK(enlarged_and_reduced<Rounding::once, AlignCorners>() == bytes(r::corners_once));
    CHECK(enlarged_and_reduced<Rounding::twice, AlignCorners>() == bytes(r::corners_twice));
}

TEST_CASE("int8 Resize and blocks of pixels, from floats") {
    check_all<Sequential<Input<3, 4, 17>, Resize2D<Shape{5, 9}, Bilinear>>,
              Sequential<Input<7, 3>, Resize1D<4, Linear, AlignCorners>>>(1.0F);
    check_all<Sequential<Input<3, 4, 5>, Resize2D<Shape{5, 3}>>,
              Sequential<Input<4, 6, 4>, PixelShuffle<2>, SpaceToDepth<4>>>();
    static_assert(!quantization::Int8Layer<Resize2D<Shape{5, 3}, Bicubic>>::is_supported);
}
