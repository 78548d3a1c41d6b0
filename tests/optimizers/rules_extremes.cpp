#include "optimizers/extreme_gradients.hpp"

#include "burin/optimizers/adadelta.hpp"
#include "burin/optimizers/adamax.hpp"
#include "burin/optimizers/amsgrad.hpp"
#include "burin/optimizers/centered_rmsprop.hpp"
#include "burin/optimizers/dampened_momentum.hpp"
#include "burin/optimizers/lion.hpp"
#include "burin/optimizers/nadam.hpp"
#include "burin/optimizers/radam.hpp"
#include "burin/optimizers/rmsprop_momentum.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace burin::optimizers;

#define RULES_BUT_LION                                                                                       \
    Adamax, NAdam, RAdam, AMSGrad, Adadelta, DampenedMomentum, CenteredRMSprop, RMSpropMomentum,             \
        CenteredRMSpropMomentum

namespace {

/// What PyTorch computes in floats, rule by rule: the parameter, which begins at 0, after each of the steps.
/// Where PyTorch's variance is ∞ − ∞, it is infinite here, and NAdam's root is taken before it is corrected.
struct Reference {
    float p = 0, m = 0, s = 0, more = 0;
    double product = 1;
    int step = 0;

    float mean(double beta, float g) { return m = float(beta) * m + float(1 - beta) * g; }
    float squares(double beta, float g) { return s = float(beta) * s + float(1 - beta) * g * g; }
    float missing(double beta) const { return float(1 - std::pow(beta, step)); }
    float variance(double beta, float g) {
        squares(beta, g);
        mean(beta, g);
        return std::isinf(s) ? s : std::max(0.0f, s - m * m);
    }

    float next(const Adamax& o, float g) {
        ++step;
        more = std::max(float(o.beta2) * more, std::abs(g) + float(o.epsilon));
        return p -= float(o.learning_rate) / missing(o.beta1) * (mean(o.beta1, g) / more);
    }
    float next(const NAdam& o, float g) {
        const auto mu = [&](int t) { return o.beta1 * (1 - 0.5 * std::pow(0.96, t * o.momentum_decay)); };
        ++step;
        product *= mu(step);
        mean(o.beta1, g);
        const float root = std::sqrt(squares(o.beta2, g)) / std::sqrt(missing(o.beta2)) + float(o.epsilon);
        p -= float(o.learning_rate * (1 - mu(step)) / (1 - product)) * g / root;
        return p -= float(o.learning_rate * mu(step + 1) / (1 - product * mu(step + 1))) * m / root;
    }
    float next(const RAdam& o, float g) {
        ++step;
        squares(o.beta2, g);
        const float mean_now = mean(o.beta1, g) / missing(o.beta1);
        const double rho = 2 / (1 - o.beta2) - 1, past = std::pow(o.beta2, step);
        const double now = rho - 2 * step * past / (1 - past);
        if (now <= 5)
            return p -= float(o.learning_rate) * mean_now;
        const auto r = float(std::sqrt((now - 4) * (now - 2) * rho / ((rho - 4) * (rho - 2) * now)));
        return p -= float(o.learning_rate) * mean_now * r * std::sqrt(missing(o.beta2)) /
                    (std::sqrt(s) + float(o.epsilon));
    }
    float next(const AMSGrad& o, float g) {
        ++step;
        more = std::max(more, squares(o.beta2, g));
        const float root = std::sqrt(more) / std::sqrt(missing(o.beta2)) + float(o.epsilon);
        return p -= float(o.learning_rate) / missing(o.beta1) * mean(o.beta1, g) / root;
    }
    float next(const Adadelta& o, float g) {
        const auto least = float(o.epsilon);
        const float move = std::sqrt(more + least) / std::sqrt(squares(o.decay, g) + least) * g;
        more = float(o.decay) * more + float(1 - o.decay) * move * move;
        return p -= float(o.learning_rate) * move;
    }
    float next(const DampenedMomentum& o, float g) {
        ++step;
        m = step == 1 ? g : float(o.momentum) * m + float(1 - o.dampening) * g;
        return p -= float(o.learning_rate) * m;
    }
    float next(const CenteredRMSprop& o, float g) {
        return p -= float(o.learning_rate) * g / (std::sqrt(variance(o.decay, g)) + float(o.epsilon));
    }
    float next(const RMSpropMomentum& o, float g) {
        more = float(o.momentum) * more + g / (std::sqrt(squares(o.decay, g)) + float(o.epsilon));
        return p -= float(o.learning_rate) * more;
    }
    float next(const CenteredRMSpropMomentum& o, float g) {
        more = float(o.momentum) * more + g / (std::sqrt(variance(o.decay, g)) + float(o.epsilon));
        return p -= float(o.learning_rate) * more;
    }
    float next(const Lion& o, float g) {
        const float mixed = float(o.beta1) * m + float(1 - o.beta1) * g;
        mean(o.beta2, g);
        return p -= float(o.learning_rate) * float((mixed > 0) - (mixed < 0));
    }
};

} // namespace

TEST_CASE_TEMPLATE("rules: the largest and smallest gradients move parameters as in PyTorch", Optimizer,
                   RULES_BUT_LION) {
    check_sizes<Optimizer, Reference>();
}

TEST_CASE("Lion: the largest and smallest gradients move parameters equally far") {
    // Smaller ones have no sign where numbers too small to be normalized are 0, as on 32-bit Arm.
    check_sizes<Lion, Reference>(1e-30f);
}

TEST_CASE_TEMPLATE("rules: one gradient that is no number makes its parameter none, for ever, and only it",
                   Optimizer, RULES_BUT_LION, Lion) {
    check_not_a_number<Optimizer>();
}

TEST_CASE_TEMPLATE("rules: an infinite gradient is clipped by value, and else no number follows", Optimizer,
                   RULES_BUT_LION) {
    check_clipped_infinity<Optimizer>();
    check_infinity<Optimizer>();
}

TEST_CASE("Lion: an infinite gradient moves a parameter as any other, until its opposite comes") {
    check_clipped_infinity<Lion>();
    Training<Lion, float> training;
    training.step({static_cast<float>(infinity), -1});
    CHECK(training.parameters == std::vector<float>{-1e-4f, 1e-4f});
    training.step({-static_cast<float>(infinity), -1});
    CHECK(std::isnan(training.parameters[0]));
    CHECK(training.parameters[1] == 2e-4f);
}

TEST_CASE_TEMPLATE("rules: clip_norm holds where squares are beyond the largest number", Optimizer,
                   RULES_BUT_LION, Lion) {
    check_clip_norm<Optimizer>();
}

TEST_CASE_TEMPLATE("rules: a parameter's path does not depend on how many others there are", Optimizer,
                   RULES_BUT_LION, Lion) {
    check_counts<Optimizer>();
}

TEST_CASE_TEMPLATE("rules: gradients of 0 leave parameters as they are", Optimizer, RULES_BUT_LION, Lion) {
    const auto start = random_numbers<float>(19, 1);
    auto parameters = start;
    const std::vector<float> gradients(start.size(), 0.0f);
    std::vector<float> state(3 * start.size(), 0.0f);
    for (unsigned step = 1; step <= 7; ++step)
        burin::optimizers::update(Optimizer{}, parameters.data(), gradients.data(), state.data(),
                                  start.size(), step);
    CHECK(parameters == start);
}

TEST_CASE("CenteredRMSprop: equal gradients, whose variance vanishes, move parameters by finite steps") {
    // The square of their mean may be rounded above the mean of their squares.
    Training<CenteredRMSprop, float> training{{.decay = 0.5}};
    for (int step = 0; step < 100; ++step) {
        training.step({0.1f, 0.3f, 1.7f});
        for (const float parameter : training.parameters)
            REQUIRE(std::isfinite(parameter));
    }
}
