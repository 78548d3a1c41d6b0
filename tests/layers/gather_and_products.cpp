#include "burin/layers/activations.hpp"
#include "burin/layers/gather.hpp"
#include "burin/layers/mat_mul.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/reductions.hpp"
#include "burin/layers/reshape.hpp"
#include "reference/tensor_layers.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/two_inputs.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace burin;

namespace r = reference::tensor_layers;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

} // namespace

TEST_CASE("Gather agrees with PyTorch, with constant numbers or those of an input") {
    check_one<Gather<Indices<3, 0, 3>, Axis<1>>>(r::gathered_y, r::gathered_d0);
    CHECK(infer<Sequential<Input<3, 2>, Gather<Indices<2, 0>>>>({1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}) ==
          std::vector<double>{5, 6, 1, 2, 50, 60, 10, 20});
    static_assert(Gather<Indices<1, 2, 3, 4, 5>, Axis<1>>::name() ==
                  Text<64>("Gather<Indices<1, 2, 3, 4, ...>, Axis<1>>"));
    CHECK(problem_of<Sequential<Input<3>, Gather<Indices<1, 3>>>>() ==
          "layer `0` `Gather<Indices<1, 3>>`: expected an axis that holds all elements that it gathers, got "
          "`[3]`");

    using Net = OfTwo<Input<3, 4, 5>, Input<3>, GatherByInput<Axis<1>>>;
    static_assert(output_shape<Net> == Shape(3, 3, 5));
    check_two<Input<3, 4, 5>, Input<3>, GatherByInput<Axis<1>>>(
        r::x, std::vector<double>{3, 0, 3}, r::gathered_y, r::gathered_d0, std::vector<double>(3));
    // What numbers nothing, gives zeros.
    using Rows = Graph<Inputs<Node<"x", Input<2, 2>>, Node<"n", Input<2, 2>>>,
                       Node<"y", GatherByInput<>, From<"x", "n">>, Outputs<"y">>;
    LayerRun<Rows> run;
    const std::vector<double> numbers{1, 2, -1, no_number, 0, 1, 1, 0};
    run.inputs[1] = numbers.data();
    CHECK(run.infer(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}) ==
          std::vector<double>{3, 4, 0, 0, 0, 0, 0, 0, 5, 6, 7, 8, 7, 8, 5, 6});
}

TEST_CASE("MatMul agrees with PyTorch: of many matrices, with one of them for all, and transposed") {
    check_two<Input<2, 3, 4>, Input<2, 4, 5>, MatMul<>>(r::left, r::right, r::products_y, r::products_d0,
                                                        r::products_d1);
    check_two<Input<2, 3, 4>, Input<4, 5>, MatMul<>>(r::left, r::one, r::products_with_one_y,
                                                     r::products_with_one_d0, r::products_with_one_d1);
    check_two<Input<2, 3, 4>, Input<2, 5, 3>, MatMul<TransposeFirst, TransposeSecond>>(
        r::left, r::other, r::products_transposed_y, r::products_transposed_d0, r::products_transposed_d1);
}

TEST_CASE("MatMul: gradients of each form against central differences, and what it says") {
    check_gradients<Sequential<Input<2, 3, 5>, Probe, Parallel<MatMul<TransposeSecond>, Identity, Tanh>>>(2,
                                                                                                          1);
    check_gradients<
        Sequential<Input<2, 3, 3>, Probe, Parallel<MatMul<TransposeFirst>, ReduceSum<Axis<0>>, Identity>>>(2,
                                                                                                           1);
    check_gradients<Sequential<
        Input<2, 3, 3>, Probe,
        Parallel<MatMul<TransposeFirst, TransposeSecond>, Identity, ReduceSum<Axis<0>, KeepAxes>>>>(2, 1);
    static_assert(output_shape<OfTwo<Input<6, 1, 2, 3>, Input<5, 3, 4>, MatMul<>>> == Shape(6, 5, 2, 4));
    static_assert(macs<OfTwo<Input<2, 3>, Input<3, 4>, MatMul<>>> == 24);
    CHECK(problem_of<OfTwo<Input<2, 3>, Input<4, 3>, MatMul<>>>() ==
          "layer `y` `MatMul<>`: expected as many rows as the first input has terms of a sum, that of `[2, "
          "3]`, "
          "got `[4, 3]`");
    CHECK(
        problem_of<OfTwo<Input<3>, Input<3>, MatMul<>>>() ==
        "layer `y` `MatMul<>`: expected inputs of matrices, `[..., rows, columns]`, got `[3]`; Dot multiplies "
        "vectors");
    CHECK(problem_of<OfTwo<Input<2, 2, 3>, Input<3, 3, 4>, MatMul<>>>() ==
          "layer `y` `MatMul<>`: expected axes before the last two as long as those of the first input, "
          "`[2, 2, 3]`, got `[3, 3, 4]`");
}
