#include "burin/quantization/prelu.hpp"
#include "float_comparison.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

using namespace burin;

TEST_CASE("int8 PReLU, of slopes that 8 bits don't keep") {
    check_all<Sequential<Input<3, 4, 17>, PReLU<>>, Sequential<Input<5>, Dense<6>, PReLU<SharedSlope>>>(2.0F);
}

// Slopes -78 and 127 (scale 0.0048959), input 1 / 64 and output 1 / 81 with the zero points -3
// and 5.
TEST_CASE_TEMPLATE("int8 PReLU is a product with one factor above 0, and one with slopes below", Way,
                   std::integral_constant<Rounding, Rounding::once>,
                   std::integral_constant<Rounding, Rounding::twice>) {
    using Layer = quantization::Int8Layer<PReLU<>>;
    using Shapes = Signature<Shape(3, 2), Shape(3, 2)>;
    const float slopes[] = {-0.381883F, 0.621784F};
    quantization::Int8Source<Shapes> from{
        .parameters = slopes, .inputs = {quantization::Scale{1 / 64.0F, -3}}, .output = {1 / 81.0F, 5}};
    Layer::Constants<Shapes> to;
    Layer::quantize(from, to);
    CHECK(to.slopes == std::array<std::int8_t, 2>{-78, 127});
    const std::array<std::int8_t, 6> x{-3, -3, 60, 127, -128, -61};
    std::array<std::int8_t, 6> y{};
    quantization::Int8Context<Shapes, Layer::Constants<Shapes>, Way::value> run;
    run.constants = &to;
    run.inputs[0] = x.data();
    run.output = y.data();
    run.rows = 1;
    Layer::forward(run);
    // 63 · 81 / 64 = 79.7; beyond the last; -125 · -78 · 0.0048959 · 1.265625 = 60.4; -58 · 0.62178 · 1.2656
    // = -45.6.
    CHECK(y == std::array<std::int8_t, 6>{5, 5, 85, 127, 65, -41});
}
