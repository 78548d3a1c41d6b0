#include "reference/optimizers.hpp"

#include "burin/optimizers/adagrad.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/adamw.hpp"
#include "burin/optimizers/gradient_descent.hpp"
#include "burin/optimizers/momentum.hpp"
#include "burin/optimizers/nesterov.hpp"
#include "burin/optimizers/rmsprop.hpp"
#include "burin/optimizers/root_step.hpp"
#include "burin/optimizers/sgd.hpp"
#include "support/check_close.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace burin::optimizers;
namespace r = reference::optimizers;

namespace {

/// 100 steps with the reference's gradients: after every tenth, all parameters agree to 1e-6, each relative
/// to itself.
template <class Optimizer>
void check_path(const Optimizer& optimizer, const double (&path)[50]) {
    std::vector<double> parameters(std::begin(r::start), std::end(r::start));
    std::vector<double> state(Optimizer::state_vectors * 5);
    for (std::size_t step = 0; step < 100; ++step) {
        optimizer.update(parameters.data(), r::gradients + 5 * step, state.data(), 5, step + 1);
        if (step % 10 == 9)
            for (std::size_t i = 0; i < 5; ++i) {
                const double want = path[step / 10 * 5 + i];
                INFO("step " << step + 1 << ", parameter " << i << ": expected " << want << ", got "
                             << parameters[i]);
                CHECK(std::abs(parameters[i] - want) <= 1e-6 * std::abs(want));
            }
    }
}

template <class Optimizer>
void check_variants(const double (&plain)[50], const double (&decay)[50], const double (&clip_value)[50],
                    const double (&clip_norm)[50]) {
    check_path(Optimizer{.weight_decay = 0}, plain);
    check_path(Optimizer{.weight_decay = 0.1}, decay);
    check_path(Optimizer{.weight_decay = 0, .clip_value = 0.5}, clip_value);
    check_path(Optimizer{.weight_decay = 0.1, .clip_norm = 1.0}, clip_norm);
}

} // namespace

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
        Optimizer{.weight_decay = 0}.update(parameters.data(), gradients.data(), state.data(), start.size(),
                                            step);
    CHECK(parameters == start);
    CHECK(std::all_of(state.begin(), state.end(), [](float each) { return each == 0.0f; }));
}

TEST_CASE_TEMPLATE("optimizers: a parameter's path does not depend on how many others there are", Optimizer,
                   SGD, Momentum, Nesterov, Adagrad, RMSprop, Adam, AdamW) {
    // The widths of all vectors and their neighbours, primes, one, and more than a first-level cache holds.
    for (std::size_t count : {1u, 3u, 4u, 5u, 7u, 8u, 9u, 15u, 16u, 17u, 31u, 67u, 131u, 10'007u}) {
        const auto start = random_numbers<float>(count, 1), gradients = random_numbers<float>(count, 2);
        const Optimizer optimizer{.weight_decay = 0.01, .clip_value = 0.5};
        // One more element on each side must stay as it is.
        std::vector<float> all(count + 2, 99.0f), state(Optimizer::state_vectors * count + 1, 0.0f);
        std::copy(start.begin(), start.end(), all.begin() + 1);
        for (unsigned step = 1; step <= 3; ++step)
            optimizer.update(all.data() + 1, gradients.data(), state.data(), count, step);
        CHECK(all.front() == 99.0f);
        CHECK(all.back() == 99.0f);
        CHECK(state.back() == 0.0f);
        std::size_t same = 0;
        for (; same < count; ++same) {
            float alone = start[same], alone_state[2] = {0, 0};
            for (unsigned step = 1; step <= 3; ++step)
                optimizer.update(&alone, &gradients[same], alone_state, 1, step);
            if (alone != all[same + 1])
                break;
        }
        CHECK(same == count);
    }
}
