#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/gaussian.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/reparameterize.hpp"
#include "burin/layers/rescaling.hpp"
#include "burin/layers/reshape.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace burin;

namespace {

struct Spread {
    double mean = 0, deviation = 0;
};

Spread spread(const std::vector<double>& numbers) {
    Spread result;
    const auto count = static_cast<double>(numbers.size());
    for (double number : numbers)
        result.mean += number / count;
    for (double number : numbers)
        result.deviation += (number - result.mean) * (number - result.mean) / count;
    result.deviation = std::sqrt(result.deviation);
    return result;
}

constexpr std::size_t many = 40'001;

using Three = Parallel<Reparameterize, Identity, Identity, Identity>;

} // namespace

TEST_CASE("GaussianNoise: the stated deviation in training, nothing in inference") {
    using Net = Sequential<Input<many>, GaussianNoise<0.25>>;
    const std::vector<double> x(many, 3.0);
    LayerRun<Net> run;
    const auto y = run.train(x, x);
    // Five standard errors.
    CHECK(std::abs(spread(y).mean - 3) < 5 * 0.25 / std::sqrt(double(many)));
    CHECK(std::abs(spread(y).deviation - 0.25) < 5 * 0.25 / std::sqrt(2.0 * many));
    CHECK(run.train(x, x) == y);
    CHECK(run.infer(x) == x);
    static_assert(engine::Plan<Net, recipes::inference>::program.step_count == 0);
    check_gradients<Sequential<Input<5>, Dense<7>, GaussianNoise<0.5>, Tanh, Dense<2>>>(3, 1);
}

TEST_CASE("GaussianDropout: factors of mean 1 and the variance of Dropout, the same in the gradient") {
    using Net = Sequential<Input<many>, GaussianDropout<0.2>>;
    const std::vector<double> ones(many, 1.0);
    LayerRun<Net> run;
    const auto y = run.train(ones, ones);
    CHECK(std::abs(spread(y).mean - 1) < 5 * 0.5 / std::sqrt(double(many)));
    CHECK(std::abs(spread(y).deviation - 0.5) < 5 * 0.5 / std::sqrt(2.0 * many));
    CHECK(run.infer(ones) == ones);
    check_gradients<Sequential<Input<5>, Dense<7>, GaussianDropout<0.5>, Dense<2>>>(3, 1);
}

TEST_CASE(
    "AlphaDropout: mean 0 and variance 1 stay so; what is dropped is PyTorch's, the same in the gradient") {
    using Net = Sequential<Input<many>, Probe, AlphaDropout<0.3>>;
    const std::vector<double> x = random_numbers(many, 1, -std::sqrt(3.0), std::sqrt(3.0)), ones(many, 1.0);
    LayerRun<Net> run;
    run.parameters->values.fill(1);
    const auto y = run.train(x, ones);
    CHECK(std::abs(spread(y).mean) < 5 / std::sqrt(double(many)));
    CHECK(std::abs(spread(y).deviation - 1) < 5 / std::sqrt(double(many)));
    // torch.nn.functional.alpha_dropout of 0 and 1 in float64.
    constexpr double a = 0.8609526162463561, b = 0.4540920681370629, lost = -1.0595481589864801;
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < many; ++i) {
        const bool is_dropped = std::abs(y[i] - lost) < 1e-9;
        REQUIRE((is_dropped || std::abs(y[i] - (a * x[i] + b)) < 1e-9));
        REQUIRE(run.gradients->values[i] == doctest::Approx(is_dropped ? 0 : a * x[i]));
        dropped += is_dropped;
    }
    CHECK(std::abs(static_cast<double>(dropped) / many - 0.3) < 5 * std::sqrt(0.3 * 0.7 / many));
    CHECK(run.infer(x) == x);
    static_assert(
        engine::Plan<Sequential<Input<many>, AlphaDropout<0.3>>, recipes::inference>::program.step_count ==
        0);
    check_gradients<Sequential<Input<5>, Dense<7>, SELU, AlphaDropout<0.5>, Dense<2>>>(3, 1);
    // One element; at rate 0 nothing changes.
    check_gradients<Sequential<Input<1>, Dense<1>, AlphaDropout<0.3>>>(1, 2);
    const std::vector<double> few = random_numbers(17, 2);
    CHECK(LayerRun<Sequential<Input<17>, AlphaDropout<0>>>{}.train(few, few) == few);
}

TEST_CASE("SpatialDropout: whole channels, the same in the gradient") {
    constexpr std::size_t channels = 1'009;
    using Net = Sequential<Input<2, 3, channels>, Probe, SpatialDropout<0.3>>;
    LayerRun<Net> run;
    run.parameters->values.fill(1);
    const std::vector<double> ones(6 * channels, 1.0);
    const auto y = run.train(ones, ones);
    std::size_t dropped = 0;
    for (std::size_t c = 0; c < channels; ++c) {
        REQUIRE((y[c] == 0 || y[c] == doctest::Approx(1 / 0.7)));
        for (std::size_t place = 1; place < 6; ++place)
            REQUIRE(y[place * channels + c] == y[c]);
        dropped += y[c] == 0;
    }
    CHECK(std::abs(static_cast<double>(dropped) / channels - 0.3) < 5 * std::sqrt(0.3 * 0.7 / channels));
    CHECK(std::equal(y.begin(), y.end(), run.gradients->values.begin()));
    CHECK(run.infer(ones) == ones);
    static_assert(!is_valid_network<Sequential<Input<3>, SpatialDropout<0.3>>>);
}

TEST_CASE("Reparameterize: samples of the stated normal distribution; its mean in inference") {
    constexpr double mean = 1.5, log_variance = -1.0;
    std::vector<double> moments(2 * many, mean);
    std::fill(moments.begin() + many, moments.end(), log_variance);
    using Net = Sequential<Input<2, many>, Reparameterize>;
    static_assert(output_shape<Net> == Shape(many));
    static_assert(output_shape<Sequential<Input<6>, Reparameterize>> == Shape(3));
    LayerRun<Net> run;
    const std::vector<double> dy(many, 1.0);
    const auto z = run.train(moments, dy);
    const double deviation = std::exp(log_variance / 2);
    CHECK(std::abs(spread(z).mean - mean) < 5 * deviation / std::sqrt(double(many)));
    CHECK(std::abs(spread(z).deviation - deviation) < 5 * deviation / std::sqrt(2.0 * many));
    CHECK(run.infer(moments) == std::vector<double>(many, mean));
}

TEST_CASE("Reparameterize: gradients of mean and variance, as one input and as two") {
    check_gradients<Sequential<Input<3>, Dense<14>, Reparameterize, Dense<2>>>(3, 1);
    check_gradients<Sequential<Input<3>, Dense<20>, Reshape<2, 5, 2>, Reparameterize, Flatten>>(3, 2);
    check_gradients<Sequential<Input<3>, Parallel<Reparameterize, Dense<7>, Dense<7>>, Dense<2>>>(3, 3);
    // Only one of the two is trained.
    check_gradients<Sequential<Input<3>, Parallel<Reparameterize, Dense<3>, Identity>>>(3, 4);
    check_gradients<Sequential<Input<3>, Parallel<Reparameterize, Identity, Dense<3>>>>(3, 5);
    CHECK(problem_of<Sequential<Input<3>, Reparameterize>>() ==
          "layer `0` `Reparameterize`: expected mean and logarithm of the variance, as two inputs, `[2 * n]` "
          "or "
          "`[2, ...]`, got `[3]`");
    static_assert(!is_valid_network<Sequential<Input<3, 4>, Reparameterize>>);
    CHECK(problem_of<Sequential<Input<3>, Parallel<Reparameterize, Dense<7>, Dense<6>>>>() ==
          "layer `0` `Reparameterize`: expected the logarithm of the variance to have the shape of the mean, "
          "`[7]`, got `[6]`");
    static_assert(!is_valid_network<Sequential<Input<3>, Three>>);
}

TEST_CASE("Random layers draw numbers of their own in each layer") {
    using Net = Sequential<Input<64>, Parallel<Concat, GaussianNoise<1.0>, GaussianNoise<1.0>>>;
    const std::vector<double> x(64, 0.0), dy(128, 0.0);
    const auto y = LayerRun<Net>{}.train(x, dy);
    std::size_t equal = 0;
    for (std::size_t i = 0; i < 64; ++i)
        equal += y[i] == y[64 + i];
    CHECK(equal == 0);
}

TEST_CASE("Rates and other numbers of layers may be whole") {
    CHECK(problem_of<Sequential<Input<3>, Dropout<2>>>() ==
          "layer `0` `Dropout<2>`: expected a rate of at least 0 and below 1");
    CHECK(problem_of<Sequential<Input<3>, GaussianDropout<1>>>() ==
          "layer `0` `GaussianDropout<1>`: expected a rate of at least 0 and below 1");
    CHECK(problem_of<Sequential<Input<3>, GaussianNoise<-1>>>() ==
          "layer `0` `GaussianNoise<-1>`: expected a standard deviation of at least 0");
    using Whole = Sequential<Input<5>, Dropout<0>, Rescaling<2, -1>, LeakyReLU<1>, ELU<1>>;
    using Real = Sequential<Input<5>, Dropout<0.0>, Rescaling<2.0, -1.0>, LeakyReLU<1.0>, ELU<1.0>>;
    const std::vector<double> x{-3, -0.5, 0, 0.5, 2}, dy{1, 2, 3, 4, 5};
    CHECK(LayerRun<Whole>{}.train(x, dy) == LayerRun<Real>{}.train(x, dy));
}
