#include "optimizers/extreme_gradients.hpp"

#include "burin/optimizers/adagrad.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/adamw.hpp"
#include "burin/optimizers/momentum.hpp"
#include "burin/optimizers/nesterov.hpp"
#include "burin/optimizers/rmsprop.hpp"
#include "burin/optimizers/sgd.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace burin::optimizers;

#define ALL_OPTIMIZERS SGD, Momentum, Nesterov, Adagrad, RMSprop, Adam, AdamW

namespace {

/// What PyTorch computes, rule by rule, in its order of operations and in Scalar: the parameter, which begins
/// at 0, after each of the steps.
template <class Scalar>
struct Reference {
    Scalar p = 0, m = 0, s = 0;
    int step = 0;

    Scalar next(const SGD& o, Scalar g) { return p -= Scalar(o.learning_rate) * g; }
    Scalar next(const Momentum& o, Scalar g) {
        m = Scalar(o.momentum) * m + g;
        return p -= Scalar(o.learning_rate) * m;
    }
    Scalar next(const Nesterov& o, Scalar g) {
        m = Scalar(o.momentum) * m + g;
        return p -= Scalar(o.learning_rate) * (g + Scalar(o.momentum) * m);
    }
    Scalar next(const Adagrad& o, Scalar g) {
        s += g * g;
        return p -= Scalar(o.learning_rate) * g / (std::sqrt(s) + Scalar(o.epsilon));
    }
    Scalar next(const RMSprop& o, Scalar g) {
        s = Scalar(o.decay) * s + Scalar(1 - o.decay) * g * g;
        return p -= Scalar(o.learning_rate) * g / (std::sqrt(s) + Scalar(o.epsilon));
    }
    template <class Adams>
    Scalar next(const Adams& o, Scalar g) {
        ++step;
        if constexpr (std::is_same_v<Adams, AdamW>)
            p *= Scalar(1 - o.learning_rate * o.weight_decay);
        m = Scalar(o.beta1) * m + Scalar(1 - o.beta1) * g;
        s = Scalar(o.beta2) * s + Scalar(1 - o.beta2) * g * g;
        const Scalar root = std::sqrt(s) / Scalar(std::sqrt(1 - std::pow(o.beta2, step)));
        return p -= Scalar(o.learning_rate / (1 - std::pow(o.beta1, step))) * m / (root + Scalar(o.epsilon));
    }
};

} // namespace

TEST_CASE_TEMPLATE("optimizers: the largest and smallest gradients move parameters as in PyTorch", Optimizer,
                   ALL_OPTIMIZERS) {
    check_sizes<Optimizer, Reference<float>>();
}

TEST_CASE_TEMPLATE("optimizers: squares of doubles overflow to steps of 0 too", Optimizer, Adagrad, RMSprop,
                   Adam, AdamW) {
    Training<Optimizer, double> training;
    for (const double gradient : {1e200, 1.0, 1e200})
        training.step(std::vector<double>(many, gradient));
    CHECK(training.parameters == std::vector<double>(many, 0.0));
}

TEST_CASE_TEMPLATE(
    "optimizers: one gradient that is no number makes its parameter none, for ever, and only it", Optimizer,
    ALL_OPTIMIZERS) {
    check_not_a_number<Optimizer>();
}

TEST_CASE_TEMPLATE("optimizers: an infinite gradient is clipped by value, and else no number follows",
                   Optimizer, ALL_OPTIMIZERS) {
    check_clipped_infinity<Optimizer>();
    check_infinity<Optimizer>();
}

TEST_CASE("clip_norm: one gradient that is no number makes all parameters none, as in PyTorch") {
    for (const double clip_value : {0.0, 0.5}) {
        Training<SGD, float> training{{.clip_value = clip_value, .clip_norm = 1}};
        std::vector<float> gradients(many, 1.0f);
        gradients[100] = static_cast<float>(not_a_number);
        training.step(gradients);
        for (const float parameter : training.parameters)
            CHECK(std::isnan(parameter));
    }
}

TEST_CASE(
    "clip_norm: of an infinite norm finite gradients become 0 and infinite ones no number, as in PyTorch") {
    Training<SGD, float> training{{.clip_norm = 1}};
    std::vector<float> gradients(many, 3e38f);
    gradients[100] = static_cast<float>(infinity);
    training.step(gradients);
    for (std::size_t i = 0; i < many; ++i)
        CHECK((i == 100 ? std::isnan(training.parameters[i]) : training.parameters[i] == 0));
}

TEST_CASE_TEMPLATE("clip_norm: holds where squares are beyond the largest number, and where they are 0",
                   Scalar, float, double) {
    const double largest = static_cast<double>(std::numeric_limits<Scalar>::max());
    for (const double size : {1e-45, 1e-30, 1e-20, 1e-3, 1.0, 1e18, 1e19, 1e20, 1e30, 5e37, largest / 16})
        for (const double clip : {1e-6, 1.0, 1e10, 1e25})
            for (const double clip_value : {0.0, largest}) {
                Training<SGD, Scalar> training{
                    {.learning_rate = 1, .clip_value = clip_value, .clip_norm = clip}};
                training.step({static_cast<Scalar>(3 * size), static_cast<Scalar>(4 * size), 0});
                const auto stored = [size](double factor) {
                    return static_cast<double>(static_cast<Scalar>(factor * size));
                };
                const double norm = size > 1e150 ? 5 * size : std::hypot(stored(3), stored(4));
                const double factor = std::min(1.0, clip / (norm + 1e-6));
                INFO("3 and 4 times " << size << ", clipped to " << clip << ": got " << training.parameters[0]
                                      << " and " << training.parameters[1]);
                for (const std::size_t i : {0u, 1u}) {
                    const double expected = stored(i == 0 ? 3 : 4) * factor;
                    const double tolerance = std::max(
                        1e-6 * expected, static_cast<double>(std::numeric_limits<Scalar>::denorm_min()));
                    CHECK(std::abs(-static_cast<double>(training.parameters[i]) - expected) <= tolerance);
                }
                CHECK(training.parameters[2] == 0);
            }
}
