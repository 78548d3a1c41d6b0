#include "burin/layers/broadcast.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/comparisons.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/reductions.hpp"
#include "burin/layers/reshape.hpp"
#include "reference/tensor_layers.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/two_inputs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

using namespace burin;

namespace r = reference::tensor_layers;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

} // namespace

TEST_CASE("Broadcast agrees with PyTorch") {
    check_two<Input<3, 4, 5>, Input<5>, Broadcast<Multiply>>(
        r::x, r::channels, r::product_of_channels_y, r::product_of_channels_d0, r::product_of_channels_d1);
    check_two<Input<3, 4, 5>, Input<3, 4, 1>, Broadcast<Add>>(r::x, r::pixels, r::sum_of_pixels_y,
                                                              r::sum_of_pixels_d0, r::sum_of_pixels_d1);
    check_two<Input<3, 4, 5>, Input<5>, Broadcast<Subtract>>(r::x, r::channels, r::difference_of_channels_y,
                                                             r::difference_of_channels_d0,
                                                             r::difference_of_channels_d1);
    check_two<Input<3, 4, 5>, Input<3, 4, 1>, Broadcast<Maximum>>(
        r::x, r::pixels, r::larger_of_pixels_y, r::larger_of_pixels_d0, r::larger_of_pixels_d1);
    check_two<Input<3, 4, 1>, Input<5>, Broadcast<Multiply>>(r::pixels, r::channels, r::outer_y, r::outer_d0,
                                                             r::outer_d1);
}

TEST_CASE("Broadcast: squeeze and excitation, more inputs than two, and equal shapes") {
    using Squeeze = Parallel<Broadcast<Multiply>, Identity,
                             Sequential<GlobalAveragePool2D, Dense<2>, Tanh, Dense<6>, Sigmoid>>;
    static_assert(output_shape<Sequential<Input<3, 4, 6>, Squeeze>> == Shape(3, 4, 6));
    check_gradients<Sequential<Input<3, 4, 6>, Probe, Squeeze>>(2, 1);
    using Three =
        Parallel<Broadcast<Average>, ReduceSum<Axis<0>, KeepAxes>, Identity, ReduceSum<Axis<1>, KeepAxes>>;
    check_gradients<Sequential<Input<3, 4>, Probe, Three, Tanh>>(2, 1);
    check_gradients<Sequential<Input<5>, Probe, Parallel<Broadcast<Multiply>, Identity, Tanh>>>(2, 1);
    check_gradients<Sequential<Input<1>, Probe, Parallel<Broadcast<Multiply>, Identity, Dense<5>>>>(2, 1);
}

TEST_CASE("Broadcast says what it wants, and merges name it") {
    CHECK(problem_of<Sequential<Input<3>, Parallel<Broadcast<Add>, Identity, Dense<2>>>>() ==
          "layer `0` `Broadcast<Add>`: expected axes, counted from the last, as long as those of the first "
          "input, `[3]`, got `[2]`; what has an extent of 1 is repeated");
    CHECK(problem_of<Sequential<Input<2, 3>, Parallel<Multiply, Identity, ReduceSum<Axis<0>>>>>() ==
          "layer `0` `Multiply`: expected every input to have the shape of the first, `[2, 3]`, got `[3]`");
    CHECK(problem_of<Sequential<Input<3>, Parallel<Broadcast<Subtract>, Identity>>>() ==
          "layer `0` `Broadcast<Subtract>`: expected two inputs");
}

TEST_CASE("Comparisons are 1 where they hold, with a number or a second input") {
    const std::vector<double> x{-1, 0.5, 2, no_number};
    using In = Input<4>;
    CHECK(infer<Sequential<In, Greater<0.5>>>(x) == std::vector<double>{0, 0, 1, 0});
    CHECK(infer<Sequential<In, GreaterEqual<0.5>>>(x) == std::vector<double>{0, 1, 1, 0});
    CHECK(infer<Sequential<In, Less<0.5>>>(x) == std::vector<double>{1, 0, 0, 0});
    CHECK(infer<Sequential<In, LessEqual<0.5>>>(x) == std::vector<double>{1, 1, 0, 0});
    CHECK(infer<Sequential<In, Equal<2>>>(x) == std::vector<double>{0, 0, 1, 0});
    CHECK(infer<Sequential<In, NotEqual<2>>>(x) == std::vector<double>{1, 1, 0, 1});
    CHECK(infer<Sequential<In, Parallel<Equal<>, Identity, Identity>>>(x) == std::vector<double>{1, 1, 1, 0});
    // Each row with the sum of its columns.
    using Largest = Parallel<GreaterEqual<>, Identity, ReduceMax<Axis<1>, KeepAxes>>;
    CHECK(infer<Sequential<Input<2, 3>, Largest>>({1, 3, 2, 5, 5, 4}) ==
          std::vector<double>{0, 1, 0, 1, 1, 0});
    // No gradient goes through.
    CHECK(input_gradient<double, In, Parallel<Add, Identity, Greater<0>>>(std::vector<double>{1, -1, 2, 3},
                                                                          counted(4)) == counted(4));
    CHECK(problem_of<Sequential<In, Less<>>>() == "layer `0` `Less<>`: expected two inputs");
    CHECK(problem_of<Sequential<In, Parallel<Less<-1>, Identity, Identity>>>() ==
          "layer `0` `Less<-1>`: expected one input, which is compared with the number");
}

TEST_CASE("Where agrees with PyTorch; what is not chosen reaches nothing") {
    using Net =
        Graph<Inputs<Node<"x", Input<3, 4, 5>>, Node<"z", Input<3, 4, 1>>>, Node<"a", Probe, From<"x">>,
              Node<"b", Probe, From<"z">>, Node<"mask", Greater<0.5>, From<"a">>,
              Node<"y", Where<>, From<"mask", "a", "b">>, Outputs<"y">>;
    LayerRun<Net> run;
    std::copy(std::begin(r::pixels), std::end(r::pixels),
              std::copy(std::begin(r::x), std::end(r::x), run.parameters->data()));
    const std::vector<double> ones(60, 1.0);
    run.inputs[1] = ones.data();
    check_close(run.train(ones, counted(60)), r::chosen_y, 0);
    check_close(run.gradients->all().first(60), r::chosen_d0, 0);
    check_close(run.gradients->all().last(12), r::chosen_d1, 1e-13);

    using Filled = Parallel<Where<-7>, Less<1>, Identity>;
    const std::vector<double> x{0, 2, no_number, -3};
    CHECK(infer<Sequential<Input<4>, Filled>>(x) == std::vector<double>{0, -7, -7, -3});
    CHECK(input_gradient<double, Input<4>, Filled>(x, counted(4)) == std::vector<double>{1, 0, 0, 4});
    CHECK(problem_of<Sequential<Input<4>, Parallel<Where<>, Identity, Identity>>>() ==
          "layer `0` `Where<>`: expected three inputs: a mask, what is where it is not 0, and what else");
}
