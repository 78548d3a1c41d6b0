#include "burin/burin.hpp"
#include "support/random_numbers.hpp"
#include "support/trainer_gradient.hpp"

#include <doctest/doctest.h>

#include <cstddef>

using namespace burin;

namespace {

constexpr std::size_t rows = 4;

} // namespace

TEST_CASE("Losses of inner nodes: an output may be any node, also one that others read") {
    // What is on the way is judged too: its gradient has two sources.
    using Branching = Graph<Inputs<Node<"x", Input<3>>>, Node<"code", Sequential<Dense<6>, Tanh>, From<"x">>,
                            Node<"moments", Dense<4>, From<"code">>, Node<"y", Dense<2>, From<"code">>,
                            Outputs<"y", "code", "moments">>;
    using Loss = losses::PerOutput<losses::MeanSquaredError, losses::ActivityL2, losses::GaussianKL>;
    const auto inputs = random_numbers(rows * 3, 2), targets = random_numbers(rows * 2, 3),
               weights = random_numbers(rows, 4, 0.5, 2);
    TrainerGradient<Branching, Loss> subject(
        Loss(losses::MeanSquaredError{}, losses::ActivityL2{}, losses::GaussianKL{}).weighted({1, 0.3, 0.2}),
        rows);
    subject.samples.inputs = {inputs.data()};
    subject.samples.targets = {targets.data(), nullptr, nullptr};
    subject.check();
    subject.samples.weights = weights.data();
    subject.check();
}

TEST_CASE("Losses of inner nodes: a variational autoencoder") {
    using Autoencoder =
        Graph<Inputs<Node<"x", Input<5>>>, Node<"moments", Sequential<Dense<6>, Tanh, Dense<6>>, From<"x">>,
              Node<"code", Reparameterize, From<"moments">>, Node<"y", Dense<5>, From<"code">>,
              Outputs<"y", "moments">>;
    using Loss = losses::PerOutput<losses::BinaryCrossentropy, losses::GaussianKL>;
    const auto inputs = random_numbers(rows * 5, 2, 0, 1);
    TrainerGradient<Autoencoder, Loss> subject(
        Loss(losses::BinaryCrossentropy{}, losses::GaussianKL{}).weighted({5, 1}), rows);
    subject.samples.inputs = {inputs.data()};
    subject.samples.targets = {inputs.data(), nullptr};
    subject.check();
}

TEST_CASE("Losses of inner nodes: of the same node twice, before an activation, and of an input") {
    using Many = Graph<Inputs<Node<"x", Input<3>>>, Node<"hidden", Dense<6>, From<"x">>,
                       Node<"active", ReLU, From<"hidden">>, Node<"y", Dense<2>, From<"active">>,
                       Outputs<"y", "active", "active", "hidden", "x">>;
    using losses::ActivityL1, losses::ActivityL2;
    using Loss = losses::PerOutput<losses::MeanSquaredError, ActivityL1, ActivityL2, ActivityL2, ActivityL1>;
    const auto inputs = random_numbers(rows * 3, 2), targets = random_numbers(rows * 2, 3);
    TrainerGradient<Many, Loss> subject{
        Loss(losses::MeanSquaredError{}, ActivityL1{}, ActivityL2{}, ActivityL2{}, ActivityL1{})
            .weighted({1, 0.1, 0.2, 0.3, 0.4}),
        rows};
    subject.samples.inputs = {inputs.data()};
    subject.samples.targets = {targets.data(), nullptr, nullptr, nullptr, nullptr};
    subject.check();
}

TEST_CASE("fit: a loss without a target takes none of a sample's targets") {
    using Sparse = Graph<Inputs<Node<"x", Input<3>>>, Node<"code", Sequential<Dense<8>, ReLU>, From<"x">>,
                         Node<"y", Dense<2>, From<"code">>, Outputs<"y", "code">>;
    const data::Dataset<float> data(Shape(3), random_numbers<float>(100 * 3, 1),
                                    random_numbers<float>(100 * 2, 2));
    const auto activity_after = [&](double factor) {
        Model<Sparse> model({.seed = 1});
        fit(model, data,
            Fit{.loss =
                    losses::PerOutput(losses::MeanSquaredError{}, losses::ActivityL1{}).weighted({1, factor}),
                .optimizer = optimizers::Adam{.learning_rate = 1e-2},
                .batch_size = batch<20>,
                .epochs = 20,
                .verbose = false});
        return evaluate(
            model, data,
            losses::PerOutput(losses::MeanSquaredError{}, losses::ActivityL1{}).weighted({0, 1}))["loss"];
    };
    CHECK(activity_after(0.1) < 0.5 * activity_after(0));
}
