#include "reference/optimizers.hpp"
#include "optimizers/check_path.hpp"
#include "optimizers/extreme_gradients.hpp"

#include "burin/optimizers/adagrad.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/adamw.hpp"
#include "burin/optimizers/gradient_descent.hpp"
#include "burin/optimizers/momentum.hpp"
#include "burin/optimizers/nesterov.hpp"
#include "burin/optimizers/rmsprop.hpp"
#include "burin/optimizers/root_step.hpp"
#include "burin/optimizers/sgd.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace burin::optimizers;
namespace r = reference::optimizers;

TEST_CASE("SGD: 100 steps agree with PyTorch") {
    check_variants<SGD>(r::sgd, r::sgd_decay, r::sgd_clip_value, r::sgd_clip_norm);
}
TEST_CASE("GradientDescent is SGD's rule") {
    check_path(GradientDescent{}, r::sgd);
}
TEST_CASE("Momentum: 100 steps agree with PyTorch") {
    check_variants<Momentum>(r::momentum, r::momentum_decay, r::momentum_clip_value, r::momentum_clip_norm);
}
TEST_CASE("Nesterov: 100 steps agree with PyTorch") {
    check_variants<Nesterov>(r::nesterov, r::nesterov_decay, r::nesterov_clip_value, r::nesterov_clip_norm);
}
TEST_CASE("Adagrad: 100 steps agree with PyTorch") {
    check_variants<Adagrad>(r::adagrad, r::adagrad_decay, r::adagrad_clip_value, r::adagrad_clip_norm);
    check_path(Adagrad{.initial_accumulator = 0.1}, r::adagrad_accumulator);
}
TEST_CASE("RMSprop: 100 steps agree with PyTorch") {
    check_variants<RMSprop>(r::rmsprop, r::rmsprop_decay, r::rmsprop_clip_value, r::rmsprop_clip_norm);
}
TEST_CASE("Adam: 100 steps agree with PyTorch") {
    check_variants<Adam>(r::adam, r::adam_decay, r::adam_clip_value, r::adam_clip_norm);
}
TEST_CASE("AdamW: 100 steps agree with PyTorch") {
    check_variants<AdamW>(r::adamw, r::adamw_decay, r::adamw_clip_value, r::adamw_clip_norm);
}

TEST_CASE_TEMPLATE("the step by a root is within a few units of the last place, whatever its size", Scalar,
                   float, double) {
    using burin::kernels::first_lane, burin::kernels::broadcast;
    // Exponents of squares and directions; the rate is 1 and the parameter 0, so that all else is the step.
    const auto squares = random_numbers<Scalar>(5'000, 1, -100, 100);
    const auto directions = random_numbers<Scalar>(squares.size(), 2, -40, 40);
    const double epsilon = 1e-8;
    const burin::optimizers::detail::RootStep<Scalar> move(1, epsilon);
    double worst = 0;
    for (std::size_t i = 0; i < squares.size(); ++i) {
        const Scalar square = std::exp2(squares[i]), direction = std::exp2(directions[i]);
        const double exact =
            static_cast<double>(direction) /
            (std::sqrt(static_cast<double>(square)) + static_cast<double>(static_cast<Scalar>(epsilon)));
        const Scalar step =
            first_lane<Scalar>(move(broadcast(Scalar(0)), broadcast(direction), broadcast(square)));
        worst = std::max(worst, std::abs(static_cast<double>(-step) / exact - 1));
    }
    const double unit = static_cast<double>(std::numeric_limits<Scalar>::epsilon());
    INFO("off by " << worst / unit << " units");
    CHECK(worst <= (burin::kernels::reciprocal_sqrt_bits<Scalar> > 0 ? 8 : 4) * unit);
}

TEST_CASE_TEMPLATE("optimizers: gradients of 0 leave parameters without state as they are", Optimizer, SGD,
                   Momentum, Nesterov, Adagrad, RMSprop, Adam, AdamW) {
    const auto start = random_numbers<float>(19, 1);
    auto parameters = start;
    const std::vector<float> gradients(start.size(), 0.0f);
    std::vector<float> state(2 * start.size(), 0.0f);
    for (unsigned step = 1; step <= 3; ++step)
        burin::optimizers::update(Optimizer{.weight_decay = 0}, parameters.data(), gradients.data(),
                                  state.data(), start.size(), step);
    CHECK(parameters == start);
    CHECK(std::all_of(state.begin(), state.end(), [](float each) { return each == 0.0f; }));
}

TEST_CASE_TEMPLATE("optimizers: a parameter's path does not depend on how many others there are", Optimizer,
                   SGD, Momentum, Nesterov, Adagrad, RMSprop, Adam, AdamW) {
    check_counts<Optimizer>();
}
