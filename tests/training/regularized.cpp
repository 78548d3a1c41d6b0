#include "burin/burin.hpp"
#include "reference/graph_ops.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"
#include "support/trainer_gradient.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

using namespace burin;

namespace r = reference::graph_ops;

namespace {

using Net = Sequential<Input<3>, Regularized<Sequential<Dense<5>, Tanh>, L1<0.02>>,
                       Regularized<Dense<2>, L1<0.01>, L2<0.03>>>;
using Plain = Sequential<Input<3>, Sequential<Dense<5>, Tanh>, Dense<2>>;

constexpr std::size_t rows = 4;

} // namespace

TEST_CASE("Regularized: three steps of gradient descent agree with PyTorch") {
    using One = Sequential<Input<3>, Regularized<Dense<2>, L1<0.02>, L2<0.03>>>;
    Parameters<One, double> parameters;
    std::copy(std::begin(r::regularized_bias), std::end(r::regularized_bias), parameters.data() + 6);
    for (std::size_t i = 0; i < 6; ++i)
        parameters["0.weight"][i] = r::regularized_weight[i];
    Trainer<One, losses::MeanSquaredError, optimizers::SGD, 4, double> trainer(
        parameters, {}, optimizers::SGD{.learning_rate = 0.1});
    double loss = 0;
    for (int step = 0; step < 3; ++step)
        loss = losses::reduce(trainer.loss, trainer.step(r::regularized_x, r::regularized_t));
    CHECK(loss == doctest::Approx(r::regularized_last_loss[0]).epsilon(1e-13));
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(parameters["0.weight"][i] == doctest::Approx(r::regularized_last_weight[i]).epsilon(1e-13));
    for (std::size_t i = 0; i < 2; ++i)
        CHECK(parameters["0.bias"][i] == doctest::Approx(r::regularized_last_bias[i]).epsilon(1e-13));
}

TEST_CASE("Regularized: gradients match central differences, for means, sums and weighted samples") {
    const auto inputs = random_numbers(rows * 3, 2), targets = random_numbers(rows * 2, 3),
               weights = random_numbers(rows, 4, 0.5, 2);
    for (const auto reduction : {losses::Reduction::mean, losses::Reduction::sum})
        for (const double* w : {static_cast<const double*>(nullptr), weights.data()}) {
            TrainerGradient<Net, losses::MeanSquaredError> subject(losses::MeanSquaredError{reduction}, rows);
            subject.samples.inputs = {inputs.data()};
            subject.samples.targets = {targets.data()};
            subject.samples.weights = w;
            subject.check();

            // The whole loss is the plain one and Σ l1 · |w| + l2 · w² of the weights.
            TrainerGradient<Plain, losses::MeanSquaredError> plain(losses::MeanSquaredError{reduction}, rows);
            plain.parameters.values = subject.parameters.values;
            plain.samples.inputs = subject.samples.inputs;
            plain.samples.targets = subject.samples.targets;
            plain.samples.weights = w;
            double penalty = 0;
            for (std::size_t i = 0; i < 15; ++i)
                penalty += 0.02 * std::abs(subject.parameters["0.0.weight"][i]);
            for (std::size_t i = 0; i < 10; ++i) {
                const double weight = subject.parameters["1.weight"][i];
                penalty += 0.01 * std::abs(weight) + 0.03 * weight * weight;
            }
            CHECK(subject.loss() == doctest::Approx(plain.loss() + penalty).epsilon(1e-13));
        }
}

TEST_CASE("Regularized: names are as without it; frozen and plain weights cost nothing") {
    static_assert(parameter_tensors<Net>.size() == parameter_tensors<Plain>.size());
    for (std::size_t i = 0; i < parameter_tensors<Net>.size(); ++i)
        CHECK(parameter_tensors<Net>[i].name().view() == parameter_tensors<Plain>[i].name().view());
    static_assert(fitting::is_regularized<Net> && !fitting::is_regularized<Plain>);
    static_assert(!fitting::is_regularized<Sequential<Input<3>, Frozen<Regularized<Dense<2>, L2<0.1>>>>>);
    static_assert(engine::find_tensor<Net>("1.weight")->penalty == passes::Penalty{0.01, 0.03});
    static_assert(!engine::find_tensor<Net>("1.bias")->penalty.any());
    // Nested, they add up.
    using Nested = Sequential<Input<3>, Regularized<Regularized<Dense<2>, L2<0.25>>, L2<0.5>, L1<1.0>>>;
    static_assert(engine::find_tensor<Nested>("0.weight")->penalty == passes::Penalty{1.0, 0.75});
}

TEST_CASE("Regularized: shared weights are paid for once, and must agree") {
    using Shared = SharedWeights<"w">;
    using Layer = Regularized<Dense<3>, L2<0.1>>;
    using Twice = Graph<Inputs<Node<"x", Input<3>>>, Node<"a", Layer, From<"x">, Shared>,
                        Node<"b", Layer, From<"a">, Shared>, Outputs<"b">>;
    const auto inputs = random_numbers(rows * 3, 2), targets = random_numbers(rows * 3, 3);
    TrainerGradient<Twice, losses::MeanSquaredError> subject({}, rows);
    subject.samples.inputs = {inputs.data()};
    subject.samples.targets = {targets.data()};
    subject.check();
    CHECK(problem_of<Graph<Inputs<Node<"x", Input<3>>>, Node<"a", Layer, From<"x">, Shared>,
                           Node<"b", Dense<3>, From<"a">, Shared>, Outputs<"b">>>() ==
          "layer `b` `Dense<3>`: expected the regularisers of the first node with SharedWeights<\"w\">");
}

TEST_CASE("Regularized: evaluate and fit tell the penalty with the loss") {
    const data::Dataset<float> data(Shape(3), random_numbers<float>(100 * 3, 1),
                                    random_numbers<float>(100 * 2, 2));
    Model<Net> model({.seed = 1});
    Model<Plain> plain({.seed = 1});
    plain.parameters().values = model.parameters().values;
    double penalty = 0;
    for (std::size_t i = 0; i < 15; ++i)
        penalty += 0.02 * std::abs(static_cast<double>(model["0.0.weight"][i]));
    for (std::size_t i = 0; i < 10; ++i) {
        const auto weight = static_cast<double>(model["1.weight"][i]);
        penalty += 0.01 * std::abs(weight) + 0.03 * weight * weight;
    }
    const double loss = evaluate(model, data, losses::MeanSquaredError{})["loss"];
    CHECK(loss ==
          doctest::Approx(evaluate(plain, data, losses::MeanSquaredError{})["loss"] + penalty).epsilon(1e-5));
    // Without learning, the loss of an epoch is that of evaluate.
    const History history = fit(model, data,
                                Fit{.loss = losses::MeanSquaredError{},
                                    .optimizer = optimizers::SGD{.learning_rate = 0},
                                    .batch_size = batch<32>,
                                    .verbose = false});
    CHECK(history["loss"].back() == doctest::Approx(loss).epsilon(1e-5));
}

TEST_CASE("Regularized: the penalty is counted once, whatever the loss and the number of batches") {
    // The example: one weight of 1 with a penalty of 3, outputs that are their targets.
    using One = Sequential<Input<1>, Regularized<Dense<1>, L1<3.0>>>;
    Model<One> model(ModelOptions{.initializer = initializers::Ones{}});
    model["0.bias"][0] = 0;
    for (const std::size_t count : {1u, 63u, 64u, 65u, 129u}) {
        const auto values = random_numbers<float>(count, 1);
        const data::Dataset<float> data(Shape(1), values, values);
        for (const auto reduction : {losses::Reduction::mean, losses::Reduction::sum}) {
            const losses::MeanSquaredError loss{reduction};
            CHECK(evaluate(model, data, loss)["loss"] == 3);
            Fit options{.loss = loss,
                        .optimizer = optimizers::SGD{.learning_rate = 0},
                        .batch_size = batch<8>,
                        .verbose = false};
            CHECK(fit(model, data, options)["loss"].back() == 3);
        }
    }
}

TEST_CASE("PerOutput: evaluate and fit reduce each output over all samples, not batch by batch") {
    using Layer = Regularized<Dense<1>, L1<0.25>>;
    using Two = Graph<Inputs<Node<"x", Input<1>>>, Node<"a", Layer, From<"x">>,
                      Node<"b", Dense<2>, From<"x">>, Outputs<"a", "b">>;
    constexpr std::size_t count = 65;
    Model<Two> model({.seed = 3});
    const auto inputs = random_numbers<float>(count, 1);
    std::vector<float> targets(2 * count);
    double squares = 0, crossentropy = 0;
    std::size_t counted = 0;
    for (std::size_t i = 0; i < count; ++i) {
        targets[2 * i] = 0.5f;
        // Most labels of the first batch are ignored: a mean of means would be another.
        targets[2 * i + 1] = i < 50 ? 7.0f : static_cast<float>(i % 2);
        const auto output = [&](std::string_view layer, std::size_t unit) {
            const std::string name(layer);
            return static_cast<double>(model[name + ".weight"][unit]) * static_cast<double>(inputs[i]) +
                   static_cast<double>(model[name + ".bias"][unit]);
        };
        squares += std::pow(output("a", 0) - 0.5, 2);
        if (i < 50)
            continue;
        const double difference = output("b", 1 - i % 2) - output("b", i % 2);
        crossentropy += std::log1p(std::exp(difference));
        ++counted;
    }
    const double penalty = 0.25 * std::abs(static_cast<double>(model["a.weight"][0]));
    const double expected = 2 * squares + 0.5 * crossentropy / static_cast<double>(counted) + penalty;

    const data::Dataset<float> data(Shape(1), inputs, targets);
    const auto loss = losses::PerOutput{losses::MeanSquaredError{losses::Reduction::sum},
                                        losses::SparseCategoricalCrossentropy{.ignore_index = 7}}
                          .weighted({2.0, 0.5});
    CHECK(evaluate(model, data, loss)["loss"] == doctest::Approx(expected).epsilon(1e-6));
    Fit options{.loss = loss,
                .optimizer = optimizers::SGD{.learning_rate = 0},
                .batch_size = batch<16>,
                .verbose = false};
    CHECK(fit(model, data, options)["loss"].back() == doctest::Approx(expected).epsilon(1e-6));
}

TEST_CASE("PerOutput: an output of weight 0 does not count at all, not even if it is no number") {
    using Two = Graph<Inputs<Node<"x", Input<1>>>, Node<"a", Dense<1>, From<"x">>,
                      Node<"b", Dense<2>, From<"x">>, Outputs<"a", "b">>;
    using Loss = losses::PerOutput<losses::MeanSquaredError, losses::MeanSquaredError>;
    TrainerGradient<Two, Loss> subject(
        Loss{losses::MeanSquaredError{}, losses::MeanSquaredError{}}.weighted({1.0, 0.0}), 2);
    const std::vector<double> inputs{1, 2}, first{1, 1}, second(4, std::nan(""));
    subject.samples.inputs = {inputs.data()};
    subject.samples.targets = {first.data(), second.data()};
    const auto sum = subject.trainer.gradients(subject.samples);
    CHECK(std::isfinite(losses::reduce(subject.trainer.loss, sum)));
    for (const double gradient : subject.trainer.last_gradients())
        CHECK(std::isfinite(gradient));
}
