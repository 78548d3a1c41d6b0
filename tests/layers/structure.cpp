#include "burin/layers/dense.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/reshape.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace burin;

TEST_CASE("Flatten, Reshape and Identity move nothing and cost nothing") {
    using Net = Sequential<Input<2, 3, 4>, Flatten, Reshape<4, 6>, Identity>;
    static_assert(output_shape<Net> == Shape(4, 6));
    static_assert(engine::Plan<Net, recipes::inference>::program.step_count == 0);
    static_assert(inference_bytes<Net> == 0);
    static_assert(flops<Net> == 0);
    const auto x = random_numbers(2 * 24, 1);
    CHECK(LayerRun<Net>{}.infer(x) == x);
    const auto one = random_numbers(24, 1), dy = random_numbers(24, 2);
    CHECK(input_gradient<double, Input<2, 3, 4>, Flatten, Reshape<4, 6>, Identity>(one, dy) == dy);
}

TEST_CASE("Add: the sum of all branches; each gets the whole gradient") {
    using Branches = Parallel<Add, Identity, Identity, Identity>;
    const std::vector<double> x{1, -2, 3}, dy{1, 10, 100};
    CHECK(LayerRun<Sequential<Input<3>, Branches>>{}.infer(x) == std::vector<double>{3, -6, 9});
    CHECK(input_gradient<double, Input<3>, Branches>(x, dy) == std::vector<double>{3, 30, 300});
}

TEST_CASE("Residual: the input plus what the layers make of it") {
    const std::vector<double> x{1, -2, 3}, dy{1, 10, 100};
    CHECK(LayerRun<Sequential<Input<3>, Residual<Identity>>>{}.infer(x) == std::vector<double>{2, -4, 6});
    CHECK(input_gradient<double, Input<3>, Residual<Residual<Identity>>>(x, dy) ==
          std::vector<double>{3, 30, 300});
}

TEST_CASE("Concat: side by side along the last axis, sample by sample and position by position") {
    using Net = Sequential<Input<2, 2>, Parallel<Concat, Identity, Sequential<Flatten, Reshape<2, 2>>>>;
    static_assert(output_shape<Net> == Shape(2, 4));
    const std::vector<double> x{1, 2, 3, 4, 5, 6, 7, 8};
    CHECK(LayerRun<Net>{}.infer(x) == std::vector<double>{1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6, 7, 8, 7, 8});
    const std::vector<double> one{1, 2, 3, 4}, dy{1, 2, 10, 20, 3, 4, 30, 40};
    using Both = Parallel<Concat, Identity, Identity>;
    CHECK(input_gradient<double, Input<2, 2>, Both>(one, dy) == std::vector<double>{11, 22, 33, 44});
}

TEST_CASE("Concat: gradients match central differences for parts of 1, SIMD width ± 1 and primes") {
    check_gradients<Sequential<Input<3>, Parallel<Concat, Dense<1>, Dense<3>, Dense<5>, Dense<7>>, Dense<2>>>(
        3, 1);
}

TEST_CASE("Dropout: drops the stated share, scales the rest, and its gradient has the same mask") {
    constexpr std::size_t size = 10'007;
    using Net = Sequential<Input<size>, Probe, Dropout<0.3>>;
    LayerRun<Net> run;
    run.parameters->values.fill(1);
    const std::vector<double> ones(size, 1.0);
    const auto y = run.train(ones, ones);
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < size; ++i) {
        REQUIRE((y[i] == 0 || y[i] == doctest::Approx(1 / 0.7)));
        dropped += y[i] == 0;
        REQUIRE(run.gradients->values[i] == y[i]);
    }
    // Four standard deviations.
    CHECK(static_cast<double>(dropped) / size ==
          doctest::Approx(0.3).epsilon(4 * std::sqrt(0.3 * 0.7 / size) / 0.3));
    CHECK(run.train(ones, ones) == y);
    CHECK(run.infer(ones) == ones);
    static_assert(
        engine::Plan<Sequential<Input<size>, Dropout<0.3>>, recipes::inference>::program.step_count == 0);
}

TEST_CASE("Dropout: rate 0 changes nothing") {
    const auto x = random_numbers(17, 1);
    LayerRun<Sequential<Input<17>, Dropout<0.0>>> run;
    CHECK(run.train(x, x) == x);
}
