#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/permute.hpp"
#include "burin/layers/repeat_vector.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/slice.hpp"
#include "burin/layers/softmax.hpp"
#include "burin/layers/time_distributed.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <vector>

using namespace burin;

namespace {

/// 0, 1, 2, …
std::vector<double> count_up(std::size_t count) {
    std::vector<double> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0.0);
    return numbers;
}

template <class InputLayer, class... Layers>
void check_input_gradient(unsigned seed) {
    check_gradients<Sequential<InputLayer, Probe, Layers...>>(3, seed);
}

} // namespace

TEST_CASE("Slice: elements of the first axis, or of another, sample by sample") {
    using Half = Sequential<Input<6>, Slice<4, 2>>;
    static_assert(output_shape<Half> == Shape(2));
    CHECK(LayerRun<Half>{}.infer(count_up(12)) == std::vector<double>{4, 5, 10, 11});

    using Steps = Sequential<Input<3, 2>, Slice<1, 2>>;
    static_assert(output_shape<Steps> == Shape(2, 2));
    CHECK(LayerRun<Steps>{}.infer(count_up(6)) == std::vector<double>{2, 3, 4, 5});

    using Features = Sequential<Input<2, 3>, Slice<1, 1, Axis<1>>>;
    static_assert(output_shape<Features> == Shape(2, 1));
    CHECK(LayerRun<Features>{}.infer(count_up(12)) == std::vector<double>{1, 4, 7, 10});

    const std::vector<double> x{1, 2, 3, 4, 5, 6}, dy{7, 8};
    CHECK(input_gradient<double, Input<2, 3>, Slice<1, 1, Axis<1>>>(x, dy) ==
          std::vector<double>{0, 7, 0, 0, 8, 0});
    check_input_gradient<Input<5, 7>, Slice<2, 3>, Slice<0, 5, Axis<1>>>(1);
    using Odd = Sequential<Input<2, 5>, Slice<1, 2, Axis<1>, Stride<2>>>;
    static_assert(output_shape<Odd> == Shape(2, 2));
    CHECK(LayerRun<Odd>{}.infer(count_up(20)) == std::vector<double>{1, 3, 6, 8, 11, 13, 16, 18});
    CHECK(input_gradient<double, Input<6>, Slice<1, 2, Stride<3>>>(x, dy) ==
          std::vector<double>{0, 7, 0, 0, 8, 0});
    check_input_gradient<Input<5, 7>, Slice<0, 3, Stride<2>>, Slice<2, 2, Stride<4>, Axis<1>>>(2);
    check_input_gradient<Input<6, 2>, Slice<0, 1, Stride<7>>>(3);
    static_assert(!is_valid_network<Sequential<Input<5>, Slice<1, 3, Stride<2>>>>);
    static_assert(!is_valid_network<Sequential<Input<5>, Slice<5, 1, Stride<2>>>>);

    static_assert(!is_valid_network<Sequential<Input<3>, Slice<2, 2>>>);
    static_assert(!is_valid_network<Sequential<Input<3>, Slice<0, 1, Axis<1>>>>);
}

TEST_CASE("Permute: the axes in another order, counted from 0") {
    using Transposed = Sequential<Input<2, 3>, Permute<1, 0>>;
    static_assert(output_shape<Transposed> == Shape(3, 2));
    CHECK(LayerRun<Transposed>{}.infer(count_up(12)) ==
          std::vector<double>{0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11});
    static_assert(
        engine::Plan<Sequential<Input<2, 3>, Permute<0, 1>>, recipes::inference>::program.step_count == 0);
    static_assert(!is_valid_network<Sequential<Input<3>, Permute<1, 0>>>);

    const auto x = count_up(2 * 5 * 3 * 9);
    const auto check = [&]<std::size_t A, std::size_t B, std::size_t C>(std::index_sequence<A, B, C>) {
        using Net = Sequential<Input<5, 3, 9>, Permute<A, B, C>>;
        constexpr std::size_t strides[] = {27, 9, 1};
        constexpr Shape shape = output_shape<Net>;
        const auto y = LayerRun<Net>{}.infer(x);
        std::size_t next = 0;
        for (std::size_t row = 0; row < 2; ++row)
            for (std::size_t i = 0; i < shape[0]; ++i)
                for (std::size_t j = 0; j < shape[1]; ++j)
                    for (std::size_t k = 0; k < shape[2]; ++k)
                        REQUIRE(y[next++] == x[row * 135 + i * strides[A] + j * strides[B] + k * strides[C]]);
        CHECK(LayerRun<Sequential<Input<5, 3, 9>, Permute<A, B, C>, Permute<A, B, C>, Permute<A, B, C>,
                                  Permute<A, B, C>, Permute<A, B, C>, Permute<A, B, C>>>{}
                  .infer(x) == x);
    };
    check(std::index_sequence<0, 2, 1>{});
    check(std::index_sequence<1, 0, 2>{});
    check(std::index_sequence<1, 2, 0>{});
    check(std::index_sequence<2, 0, 1>{});
    check(std::index_sequence<2, 1, 0>{});
    check_input_gradient<Input<2, 3, 5>, Permute<2, 0, 1>>(2);
}

TEST_CASE("RepeatVector: the input at every step; its gradient is the sum over the steps") {
    using Net = Sequential<Input<2>, RepeatVector<3>>;
    static_assert(output_shape<Net> == Shape(3, 2));
    const std::vector<double> x{1, 2, 3, 4}, one{1, 2}, dy{1, 2, 10, 20, 100, 200};
    CHECK(LayerRun<Net>{}.infer(x) == std::vector<double>{1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4});
    CHECK(input_gradient<double, Input<2>, RepeatVector<3>>(one, dy) == std::vector<double>{111, 222});
    check_input_gradient<Input<7>, RepeatVector<4>>(3);
}

TEST_CASE("TimeDistributed: a layer at each step is that layer on a larger batch") {
    using Net = Sequential<Input<4, 3>, TimeDistributed<Dense<5>>>;
    using Step = Sequential<Input<3>, Dense<5>>;
    static_assert(output_shape<Net> == Shape(4, 5));
    static_assert(parameter_count<Net> == parameter_count<Step>);
    static_assert(flops<Net> == 4 * flops<Step>);
    CHECK(parameter_tensors<Net>[0].name().view() == "0.weight");

    LayerRun<Net> net;
    LayerRun<Step> step;
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), net.parameters->data());
    std::copy(start.begin(), start.end(), step.parameters->data());
    const auto x = random_numbers(2 * 4 * 3, 2), dy = random_numbers(2 * 4 * 5, 3);
    CHECK(net.infer(x) == step.infer(x));
    CHECK(net.train(x, dy) == step.train(x, dy));
    CHECK(net.gradients->values == step.gradients->values);
    static_assert(!is_valid_network<Sequential<Input<3>, TimeDistributed<Dense<5>>>>);
    static_assert(!is_valid_network<Sequential<Input<3, 2, 2>, TimeDistributed<Dense<5>>>>);
}

TEST_CASE("TimeDistributed: whole stacks, fused and named as without it") {
    using Stack = Sequential<Flatten, Dense<4>, Tanh, Residual<Dense<4>, ReLU>>;
    using Net = Sequential<Input<3, 2, 2>, TimeDistributed<Stack>, TimeDistributed<Dense<2>>>;
    using Bare = Sequential<Input<2, 2>, Stack, Dense<2>>;
    static_assert(output_shape<Net> == Shape(3, 2));
    static_assert(engine::Plan<Net, recipes::inference>::program.step_count ==
                  engine::Plan<Bare, recipes::inference>::program.step_count);
    static_assert(engine::Plan<Net, recipes::training>::program.step_count ==
                  engine::Plan<Bare, recipes::training>::program.step_count);
    for (std::size_t i = 0; i < parameter_tensors<Bare>.size(); ++i)
        CHECK(parameter_tensors<Net>[i].name().view() == parameter_tensors<Bare>[i].name().view());
    check_gradients<Net>(3, 4);
}

TEST_CASE("TimeDistributed: rules of the layer stay those of the layer") {
    static_assert(TimeDistributed<Softmax>::traits.link == Link::softmax);
    static_assert(is_valid_network<Sequential<Input<3, 2>, Frozen<TimeDistributed<Dense<2>>>>>);
    static_assert(trained_count<Sequential<Input<3, 2>, TimeDistributed<Frozen<Dense<2>>>>> == 0);
    using Net = Sequential<Input<5, 3>, Probe, TimeDistributed<Dropout<0.4>>>;
    LayerRun<Net> run;
    run.parameters->values.fill(1);
    const std::vector<double> ones(15, 1.0);
    const auto y = run.train(ones, ones);
    CHECK(std::equal(y.begin(), y.end(), run.gradients->values.begin()));
    CHECK(std::count(y.begin(), y.end(), 0.0) > 0);
}

TEST_CASE("Slice, Permute, RepeatVector and TimeDistributed say what they want") {
    CHECK(problem_of<Sequential<Input<3>, Slice<2, 2>>>() ==
          "layer `0` `Slice<2, 2>`: expected an axis that holds all elements from the first to the last that "
          "it "
          "keeps, got `[3]`");
    CHECK(problem_of<Sequential<Input<3>, Slice<0, 1, Axis<1>>>>() ==
          "layer `0` `Slice<0, 1, Axis<1>>`: expected an input that has the axis along which it cuts, got "
          "`[3]`");
    CHECK(problem_of<Sequential<Input<3>, Permute<1, 0>>>() ==
          "layer `0` `Permute<1, 0>`: expected an input with as many axes as it names, got `[3]`");
    CHECK(
        problem_of<Sequential<Input<1, 1, 1, 1, 1, 2>, RepeatVector<3>>>() ==
        "layer `0` `RepeatVector<3>`: expected at most five axes, for it adds one, got `[1, 1, 1, 1, 1, 2]`");
    CHECK(problem_of<Sequential<Input<3>, TimeDistributed<Dense<5>>>>() ==
          "layer `0` `TimeDistributed<Dense<5>>`: expected input `[time, ...]`, got `[3]`");
    CHECK(
        problem_of<Sequential<Input<4, 3, 2>, TimeDistributed<Dense<5>>>>() ==
        "layer `0` `TimeDistributed<Dense<5>>`: expected input `[features]`, got `[4, 3, 2]`; that is meant "
        "without the first axis, which it goes through step by step");
    CHECK(problem_of<Sequential<Input<3>, TimeDistributed<int>>>() ==
          "place `0`: expected a layer, got `TimeDistributed<int>`");
}
