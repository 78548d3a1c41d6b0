#include "burin/burin.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// A loss tells of one input that is no number, in whatever sample and whatever the optimizer: the loss of
/// this step is none, and so is that of every later one.
template <class Loss, class Optimizer>
void check_step(const Loss& loss, const Optimizer& optimizer) {
    using Net = Sequential<Input<3>, Dense<20>, ReLU, Dense<4>>;
    constexpr std::size_t rows = 9;
    Model<Net> model({.seed = 1});
    const auto trainer =
        std::make_unique<Trainer<Net, Loss, Optimizer, rows>>(model.parameters(), loss, optimizer);
    using Target = losses::TargetOf<Loss, float>;
    std::vector<Target> targets(rows * losses::target_size<Loss>(output_shape<Net>));
    for (std::size_t i = 0; i < targets.size(); ++i)
        targets[i] = static_cast<Target>(std::is_same_v<Target, Label> ? i % 4 : i % 2);
    auto inputs = random_numbers<float>(rows * 3, 2);
    const auto step = [&] { return losses::reduce(loss, trainer->step(inputs, targets)); };
    CHECK(std::isfinite(step()));
    inputs[7] = not_a_number;
    CHECK(std::isnan(step()));
    inputs[7] = 0;
    CHECK(std::isnan(step()));
}

} // namespace

TEST_CASE("Trainer::step: an input that is no number shows in the loss, whatever the loss is") {
    const optimizers::Adam adam;
    check_step(losses::MeanSquaredError{}, adam);
    check_step(losses::MeanAbsoluteError{}, adam);
    check_step(losses::Huber{}, adam);
    check_step(losses::Hinge{}, adam);
    check_step(losses::BinaryCrossentropy{}, adam);
    check_step(losses::CategoricalCrossentropy{}, adam);
    check_step(losses::KLDivergence{}, adam);
    check_step(losses::SparseCategoricalCrossentropy{}, adam);
    check_step(losses::MultiClassHinge{}, adam);
    check_step(losses::ActivityL1{}, adam);
    check_step(losses::GaussianKL{}, adam);
}

TEST_CASE_TEMPLATE("Trainer::step: an input that is no number shows in the loss, whatever the optimizer is",
                   Optimizer, optimizers::SGD, optimizers::Momentum, optimizers::Nesterov,
                   optimizers::Adagrad, optimizers::RMSprop, optimizers::Adam, optimizers::AdamW) {
    check_step(losses::Hinge{}, Optimizer{.clip_value = 0.5});
    check_step(losses::Hinge{}, Optimizer{.clip_norm = 1});
}

TEST_CASE("Regularized: a weight that is no number has a penalty and a gradient that are none") {
    using Net = Sequential<Input<1>, Regularized<Dense<3>, L1<0.5>>>;
    Model<Net> model({.seed = 1});
    model["0.weight"][1] = not_a_number;
    std::vector<float> gradients(parameter_count<Net>);
    CHECK(std::isnan(fitting::weight_penalty<Net, float>(model.parameters().data(), gradients.data())));
    CHECK(std::isnan(gradients[1]));
    CHECK(std::abs(gradients[0]) == 0.5f);
}

TEST_CASE("Regularized: the penalty of 2^18 weights keeps six or seven digits") {
    using Net = Sequential<Input<512>, Regularized<Dense<512>, L1<0.5>, L2<0.25>>>;
    Model<Net> model(ModelOptions{.initializer = initializers::Constant{0.1}});
    const double weight = static_cast<double>(0.1f),
                 exact = (1 << 18) * (0.5 * weight + 0.25 * weight * weight);
    const float found = fitting::weight_penalty<Net, float>(model.parameters().data(), nullptr);
    INFO("expected " << exact << ", got " << found);
    CHECK(std::abs(static_cast<double>(found) / exact - 1) < 1e-6);
}
