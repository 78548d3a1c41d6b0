#include "burin/layers/reductions.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/reshape.hpp"
#include "reference/tensor_layers.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/two_inputs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace burin;

namespace r = reference::tensor_layers;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

bool are_same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

} // namespace

TEST_CASE("Reductions agree with PyTorch, over any axes") {
    check_one<ReduceSum<Axis<1>>>(r::sum_middle_y, r::sum_middle_d0);
    check_one<ReduceMean<Axis<2>, Axis<0>>>(r::mean_outer_y, r::mean_outer_d0);
    check_one<ReduceMean<>>(r::mean_all_y, r::mean_all_d0);
    check_one<ReduceMax<Axis<2>>>(r::max_last_y, r::max_last_d0);
    check_one<ReduceMax<Axis<0>, Axis<1>>>(r::max_first_two_y, r::max_first_two_d0);
    check_one<ReduceMin<Axis<0>, Axis<2>, KeepAxes>>(r::min_outer_y, r::min_outer_d0);
}

TEST_CASE("Reductions: shapes, names and sentences") {
    static_assert(output_shape<Sequential<Input<3, 4, 5>, ReduceSum<Axis<1>>>> == Shape(3, 5));
    static_assert(output_shape<Sequential<Input<3, 4, 5>, ReduceMax<Axis<0>, Axis<2>, KeepAxes>>> ==
                  Shape(1, 4, 1));
    static_assert(output_shape<Sequential<Input<3, 4>, ReduceMin<>>> == Shape(1));
    static_assert(flops<Sequential<Input<3, 4>, ReduceMean<>>> == 12);
    static_assert(ReduceMean<Axis<0>, KeepAxes>::name() == Text<64>("ReduceMean<Axis<0>, KeepAxes>"));
    static_assert(ReduceMax<>::name() == Text<64>("ReduceMax<>"));
    CHECK(problem_of<Sequential<Input<3>, ReduceSum<Axis<1>>>>() ==
          "layer `0` `ReduceSum<Axis<1>>`: expected an input that has all axes over which it reduces, got "
          "`[3]`");
}

TEST_CASE("Reductions: long ones, of vectors with and without a rest, and of axes that are one or apart") {
    check_gradients<Sequential<Input<3>, Dense<150>, Reshape<75, 2>, ReduceMean<Axis<0>>>>(2, 1);
    check_gradients<Sequential<Input<3>, Dense<140>, Reshape<2, 70>, ReduceSum<Axis<0>>, ReduceMax<>>>(2, 1);
    check_gradients<Sequential<Input<3>, Dense<120>, Reshape<2, 3, 4, 5>, ReduceMin<Axis<1>, Axis<3>>>>(2, 1);
    check_gradients<Sequential<Input<1>, Dense<1>, ReduceMean<>, ReduceMax<Axis<0>>>>(2, 1);
    // Of blocks: a running sum would be 0.01 off.
    const LayerRun<Sequential<Input<4096, 1>, ReduceSum<Axis<0>>>, float, 1> many;
    std::vector<float> tenths(4096, 0.1F);
    CHECK(std::abs(double(many.infer(tenths)[0]) - 4096 * double(0.1F)) < 5e-4);
}

TEST_CASE("Reductions: an activation is fused behind them, and piece by piece is the same where time stays") {
    using Net = Sequential<Input<3, 4>, ReduceSum<Axis<1>>, ReLU>;
    static_assert(engine::Plan<Net, recipes::inference>::program.step_count == 1);
    CHECK(infer<Net>({1, 2, 3, 4, -1, -2, -3, -4, 0, 0, 0, 1}) == std::vector<double>{10, 0, 1});
    static_assert(ReduceSum<Axis<1>>::traits.streams && !ReduceSum<Axis<0>>::traits.streams &&
                  !ReduceSum<>::traits.streams);
}

TEST_CASE("Reductions: what is no number stays so, and ties give the first the gradient") {
    using Rows = Input<2, 3>;
    const std::vector<double> x{1, no_number, 3, 4, 5, 5};
    CHECK(are_same(infer<Sequential<Rows, ReduceMax<Axis<1>>>>(x), {no_number, 5}));
    CHECK(are_same(infer<Sequential<Rows, ReduceMin<Axis<1>>>>(x), {no_number, 4}));
    CHECK(are_same(infer<Sequential<Rows, ReduceMax<Axis<0>>>>(x), {4, no_number, 5}));
    CHECK(are_same(infer<Sequential<Rows, ReduceSum<Axis<1>>>>(x), {no_number, 14}));
    const std::vector<double> dy{1, 2};
    CHECK(input_gradient<double, Rows, ReduceMax<Axis<1>>>(std::vector<double>{1, 7, 7, 4, 5, 5}, dy) ==
          std::vector<double>{0, 1, 0, 0, 2, 0});
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(infer<Sequential<Rows, ReduceMax<>>>(std::vector<double>(6, -infinity)) ==
          std::vector<double>{-infinity});
}
