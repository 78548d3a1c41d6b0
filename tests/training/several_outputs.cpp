#include "burin/burin.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

using namespace burin;

namespace {

/// Two numbers come in; out come their sum, and which of them is larger.
using Net =
    Graph<Inputs<Node<"a", Input<1>>, Node<"b", Input<1>>>, Node<"both", Concat, From<"a", "b">>,
          Node<"hidden", Sequential<Dense<16>, Tanh>, From<"both">>, Node<"sum", Dense<1>, From<"hidden">>,
          Node<"larger", Dense<2>, From<"hidden">>, Outputs<"sum", "larger">>;
using Loss = losses::PerOutput<losses::MeanSquaredError, losses::SparseCategoricalCrossentropy>;

data::Dataset<float> samples(std::size_t count) {
    const RandomStream stream{5, Purpose::user, 0};
    std::vector<float> inputs, targets;
    for (std::size_t i = 0; i < count; ++i) {
        const auto a = static_cast<float>(stream.uniform(2 * i)),
                   b = static_cast<float>(stream.uniform(2 * i + 1));
        inputs.insert(inputs.end(), {a, b});
        targets.insert(targets.end(), {a + b, a > b ? 0.0F : 1.0F});
    }
    return {Shape(2), std::move(inputs), std::move(targets)};
}

auto options(std::size_t epochs) {
    return Fit{.loss = Loss(losses::MeanSquaredError{}, losses::SparseCategoricalCrossentropy{}),
               .optimizer = optimizers::Adam{.learning_rate = 1e-2},
               .batch_size = batch<16>,
               .epochs = epochs,
               .verbose = false};
}

} // namespace

TEST_CASE("fit: networks of several inputs and outputs, labels among the numbers") {
    const auto data = samples(200);
    Model<Net> model({.seed = 1});
    const double before = evaluate(model, data, options(1).loss)["loss"];
    const History history = fit(model, data, options(30));
    const double after = evaluate(model, data, options(1).loss)["loss"];
    CHECK(history["loss"].back() < history["loss"].front());
    CHECK(after < 0.2 * before);

    // What the mean of the batches adds up to is what the losses of each sample add up to.
    auto predictor = std::make_unique<Predictor<Net, 1>>();
    double sum = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto input = data.input(i);
        const auto outputs = predictor->run(model.parameters().data(), {&input[0], &input[1]}, 1);
        const double error = static_cast<double>(outputs[0][0]) - static_cast<double>(data.target(i)[0]);
        const auto label = static_cast<std::size_t>(data.target(i)[1]);
        const double margin =
            static_cast<double>(outputs[1][label]) - static_cast<double>(outputs[1][1 - label]);
        sum += error * error + std::log1p(std::exp(-margin));
    }
    CHECK(after == doctest::Approx(sum / static_cast<double>(data.size())).epsilon(1e-4));
}

TEST_CASE("predict: several inputs, one after the other in each sample") {
    using Difference =
        Graph<Inputs<Node<"a", Input<2>>, Node<"b", Input<1>>>, Node<"both", Concat, From<"a", "b">>,
              Node<"y", Dense<1, NoBias>, From<"both">>, Outputs<"y">>;
    Model<Difference> model;
    for (std::size_t i = 0; i < 3; ++i)
        model["y.weight"][i] = static_cast<float>(i + 1);
    const std::vector<float> inputs{1, 0, 0, 0, 1, 0, 0, 0, 1};
    CHECK(predict(model, std::span<const float>(inputs)) == std::vector<float>{1, 2, 3});
}

TEST_CASE("fit: an output called val is not taken for the validation set") {
    using Named = Graph<Node<"x", Input<1>>, Node<"val", Dense<1>, From<"x">>,
                        Node<"loss", Dense<1>, From<"x">>, Outputs<"val", "loss">>;
    CHECK(detail::output_name<Named>(0) == "output_val");
    CHECK(detail::output_name<Named>(1) == "loss");
}

TEST_CASE("fit: says what several inputs and outputs should have been") {
    Model<Net> model;
    const data::Dataset<float> narrow(Shape(3), {1, 2, 3}, {1, 0});
    CHECK(error_of([&] { fit(model, narrow, options(1)); }) ==
          "fit: expected samples of shape [1] and [1], got [3]");
    const data::Dataset<float> few(Shape(2), {1, 2}, {1});
    CHECK(error_of([&] { fit(model, few, options(1)); }) == "fit: expected 2 targets a sample, got 1");
    const data::Dataset<float> beyond(Shape(2), {1, 2}, {1, 2});
    CHECK(error_of([&] { fit(model, beyond, options(1)); }) ==
          "fit: sample 0: expected a label below 2, got 2.000000");
}
