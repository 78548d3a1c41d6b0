#include "burin/burin.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace burin;

namespace {

using losses::BinaryCrossentropy;

constexpr std::size_t count = 130;

/// Three labels, each a yes or no by itself: none, one or several of them hold.
using Labels = Sequential<Input<2>, Dense<3>>;

data::Dataset<float> labelled() {
    const auto inputs = random_numbers<float>(2 * count, 1);
    std::vector<float> targets;
    for (std::size_t i = 0; i < count; ++i) {
        const float x = inputs[2 * i], y = inputs[2 * i + 1];
        targets.insert(targets.end(), {x > 0 ? 1.0F : 0.0F, y > 0 ? 1.0F : 0.0F, x + y > 0.5F ? 1.0F : 0.0F});
    }
    return {Shape(2), inputs, targets};
}

/// The share of labels that are told rightly by outputs above a limit.
double share(const std::vector<float>& outputs, const data::Dataset<float>& data, float limit) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < data.size(); ++i)
        for (std::size_t j = 0; j < 3; ++j)
            right += (outputs[3 * i + j] > limit) == (data.target(i)[j] > 0.5F);
    return static_cast<double>(right) / static_cast<double>(3 * data.size());
}

double logistic(float x) {
    return 1 / (1 + std::exp(-static_cast<double>(x)));
}

Model<Labels> trained(const data::Dataset<float>& data) {
    Model<Labels> model({.seed = 1});
    const History history = fit(model, data,
                                Fit{.loss = BinaryCrossentropy{},
                                    .optimizer = optimizers::Adam{.learning_rate = 0.05},
                                    .epochs = 30,
                                    .verbose = false});
    CHECK(history["accuracy"].back() > 0.9);
    return model;
}

} // namespace

TEST_CASE("Several binary outputs: the accuracy is that of the labels, one by one") {
    const auto data = labelled();
    const auto model = trained(data);
    const auto outputs = predict(model, data);
    const double accuracy = evaluate(model, data, BinaryCrossentropy{})["accuracy"];
    CHECK(accuracy == doctest::Approx(share(outputs, data, 0)));
    CHECK(accuracy > 0.9);
    const Model<Labels> untrained({.seed = 3});
    CHECK(evaluate(untrained, data, BinaryCrossentropy{})["accuracy"] ==
          doctest::Approx(share(predict(untrained, data), data, 0)));
    // A metric that is given is told the same.
    const auto given = evaluate(model, data, BinaryCrossentropy{}, std::tuple{metrics::Accuracy{}});
    CHECK(given["accuracy"] == accuracy);
    const auto strict =
        evaluate(model, data, BinaryCrossentropy{}, std::tuple{metrics::Accuracy{.threshold = 1.5}});
    CHECK(strict["accuracy"] == doctest::Approx(share(outputs, data, 1.5F)));
}

TEST_CASE("Several binary outputs: hinges judge by the sign as well") {
    const auto data = labelled();
    std::vector<float> inputs, signs;
    for (std::size_t i = 0; i < count; ++i) {
        inputs.insert(inputs.end(), data.input(i).begin(), data.input(i).end());
        for (const float target : data.target(i))
            signs.push_back(2 * target - 1);
    }
    const Model<Labels> model({.seed = 3});
    CHECK(evaluate(model, data::Dataset<float>(Shape(2), inputs, signs), losses::Hinge{})["accuracy"] ==
          doctest::Approx(share(predict(model, data), data, 0)));
}

TEST_CASE("Several binary outputs: probabilities are the sigmoid of each, by the loss that was trained") {
    const auto data = labelled();
    const auto model = trained(data);
    const auto logits = predict(model, data);
    const auto by_training = predict_proba(model, data),
               by_loss = predict_proba(model, data, BinaryCrossentropy{});
    CHECK(by_training == by_loss);
    for (std::size_t i = 0; i < logits.size(); ++i)
        CHECK(static_cast<double>(by_loss[i]) == doctest::Approx(logistic(logits[i])).epsilon(1e-5));

    // A model that was not trained can't know: a loss says it, and else it is one class of several.
    Model<Labels> copy({.seed = 0});
    copy_parameters(model.parameters(), copy.parameters());
    CHECK(predict_proba(copy, data, BinaryCrossentropy{}) == by_loss);
    const auto classes = predict_proba(copy, data);
    CHECK(classes == predict_proba(copy, data, losses::SparseCategoricalCrossentropy{}));
    CHECK(classes[0] + classes[1] + classes[2] == doctest::Approx(1));

    Model<Labels> numbers({.seed = 1});
    fit(numbers, data, Fit{.loss = losses::MeanSquaredError{}, .verbose = false});
    CHECK(error_of([&] { (void)predict_proba(numbers, data); }) ==
          "predict_proba: expected a model trained with a cross-entropy, got one whose loss knows no "
          "probabilities; "
          "use predict");
}

TEST_CASE("Several binary outputs: what is made of a model, or goes on with it, knows its loss too") {
    const auto data = labelled();
    using WithNorm = Sequential<Input<2>, Dense<3>, BatchNorm<>>;
    Model<WithNorm> model({.seed = 1});
    const Fit options{.loss = BinaryCrossentropy{}, .verbose = false};
    fit(model, data, options);
    const auto expected = predict_proba(model, data, BinaryCrossentropy{});
    check_close(predict_proba(fold(model), data), expected, 1e-5);
    Model<WithNorm> continued({.seed = 1});
    copy_parameters(model.parameters(), continued.parameters());
    const Session session(continued, options);
    CHECK(predict_proba(continued, data) == expected);
}

TEST_CASE("Accuracy: an output that is NaN is never right") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const std::array<float, 4> outputs{nan, nan, 1, -1}, targets{0, 1, 1, 0};
    metrics::Accuracy accuracy;
    accuracy.update<Shape(1)>(outputs.data(), targets.data(), 4);
    CHECK(accuracy.result() == 0.5);
    metrics::Accuracy by_label{.scores = {.each_by_itself = true}};
    by_label.update<Shape(2)>(outputs.data(), targets.data(), 2);
    CHECK(by_label.result() == 0.5);
}

namespace {

/// What is in a picture, where it is, and how the picture is drawn.
using Heads = Graph<
    Inputs<Node<"x", Input<2>>>, Node<"hidden", Sequential<Dense<8>, Tanh>, From<"x">>,
    Node<"where", Dense<1>, From<"hidden">>, Node<"what", Sequential<Dense<2>, Softmax>, From<"hidden">>,
    Node<"how", Sequential<Dense<3>, Sigmoid>, From<"hidden">>, Outputs<"where", "what", "how", "hidden">>;
using HeadsLoss = losses::PerOutput<losses::MeanSquaredError, losses::SparseCategoricalCrossentropy,
                                    BinaryCrossentropy, losses::ActivityL2>;
const HeadsLoss heads_loss(losses::MeanSquaredError{}, losses::SparseCategoricalCrossentropy{},
                           BinaryCrossentropy{}, losses::ActivityL2{});

data::Dataset<float> many_targets() {
    const auto data = labelled();
    std::vector<float> inputs, targets;
    for (std::size_t i = 0; i < count; ++i) {
        const auto x = data.input(i), y = data.target(i);
        inputs.insert(inputs.end(), x.begin(), x.end());
        targets.insert(targets.end(), {x[0] * x[1], y[2], y[0], y[1], y[2]});
    }
    return {Shape(2), inputs, targets};
}

std::vector<std::string> names(const std::vector<NamedValue>& values) {
    std::vector<std::string> result;
    for (const NamedValue& each : values)
        result.push_back(each.name);
    return result;
}

} // namespace

TEST_CASE("Several outputs: predict gives each, as a Predictor does") {
    const Model<Heads> model({.seed = 1});
    const auto data = many_targets();
    const std::array<std::vector<float>, 4> outputs = predict(model, data);
    const auto predictor = std::make_unique<Predictor<Heads>>();
    for (const std::size_t i : {std::size_t{0}, std::size_t{64}, count - 1}) {
        const auto alone = predictor->run(model.parameters().data(), {data.input(i).data()}, 1);
        for (std::size_t o = 0; o < 4; ++o) {
            const std::size_t size = engine::Network<Heads>::output_shapes[o].size();
            REQUIRE(outputs[o].size() == count * size);
            for (std::size_t j = 0; j < size; ++j)
                CHECK(static_cast<double>(outputs[o][i * size + j]) ==
                      doctest::Approx(static_cast<double>(alone[o][j])).epsilon(1e-6));
        }
    }
    const auto probabilities = predict_proba(model, data, heads_loss);
    CHECK(probabilities == outputs);
}

TEST_CASE("Several outputs: each has its loss and the usual metric, by its name") {
    const auto data = many_targets();
    Model<Heads> model({.seed = 1});
    const Evaluation found = evaluate(model, data, heads_loss);
    CHECK(names(found.values()) == std::vector<std::string>{"loss", "where_loss", "what_loss", "how_loss",
                                                            "hidden_loss", "where_mean_absolute_error",
                                                            "what_accuracy", "how_accuracy"});
    CHECK(found["loss"] ==
          doctest::Approx(found["where_loss"] + found["what_loss"] + found["how_loss"] + found["hidden_loss"])
              .epsilon(1e-6));
    const auto outputs = predict(model, data);
    std::size_t what = 0, how = 0;
    double where = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto target = data.target(i);
        where += std::abs(static_cast<double>(outputs[0][i] - target[0])) / double{count};
        what += (outputs[1][2 * i + 1] > outputs[1][2 * i]) == (target[1] > 0.5F);
        for (std::size_t j = 0; j < 3; ++j)
            how += (outputs[2][3 * i + j] > 0.5F) == (target[2 + j] > 0.5F);
    }
    CHECK(found["where_mean_absolute_error"] == doctest::Approx(where).epsilon(1e-5));
    CHECK(found["what_accuracy"] == doctest::Approx(static_cast<double>(what) / count));
    CHECK(found["how_accuracy"] == doctest::Approx(static_cast<double>(how) / (3 * count)));

    const History history =
        fit(model, data,
            Fit{.loss = heads_loss,
                .epochs = 2,
                .validation = &data,
                .metrics = metrics::PerOutput{std::tuple{},
                                              std::tuple{metrics::Accuracy{}, metrics::TopKAccuracy<1>{}},
                                              metrics::Accuracy{}, std::tuple{}},
                .verbose = false});
    CHECK(history["what_accuracy"] == history["what_top_k_accuracy"]);
    CHECK(history["val_how_accuracy"].back() ==
          doctest::Approx(evaluate(model, data, heads_loss)["how_accuracy"]));
    CHECK_THROWS_AS(history["where_mean_absolute_error"], Error);

    // The first output's, under their own names.
    const auto first = evaluate(model, data, heads_loss, std::tuple{metrics::MeanSquaredError{}});
    CHECK(names(first.values()) == std::vector<std::string>{"loss", "mean_squared_error"});
}

TEST_CASE("Several outputs of one node are told apart") {
    using Twice = Graph<Inputs<Node<"x", Input<2>>>, Node<"y", Dense<1>, From<"x">>, Outputs<"y", "y">>;
    const data::Dataset<float> data(Shape(2), {1, 2}, {3, 4});
    const losses::PerOutput loss(losses::MeanSquaredError{}, losses::Huber{});
    CHECK(names(evaluate(Model<Twice>({.seed = 1}), data, loss).values()) ==
          std::vector<std::string>{"loss", "y_loss", "y_1_loss", "y_mean_absolute_error",
                                   "y_1_mean_absolute_error"});
}

TEST_CASE(
    "Several outputs: a quantized network gives each, and is judged by the loss that it was trained with") {
    const auto data = many_targets();
    Model<Heads> model({.seed = 1});
    fit(model, data, Fit{.loss = heads_loss, .epochs = 3, .verbose = false});
    const auto network = quantize(model.parameters(), calibrate(model, data));
    std::vector<float> inputs;
    for (std::size_t i = 0; i < count; ++i)
        inputs.insert(inputs.end(), data.input(i).begin(), data.input(i).end());
    const auto exact = predict(model, inputs), rounded = predict(network, std::span<const float>(inputs));
    for (std::size_t o = 0; o < 4; ++o)
        check_close(rounded[o], exact[o], 0.05);
    const auto found = evaluate(network, data, heads_loss);
    CHECK(names(found.values()) ==
          std::vector<std::string>{"where_mean_absolute_error", "what_accuracy", "how_accuracy"});
    std::size_t how = 0;
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            how += (rounded[2][3 * i + j] > 0.5F) == (data.target(i)[2 + j] > 0.5F);
    CHECK(found["how_accuracy"] == doctest::Approx(static_cast<double>(how) / (3 * count)));
    const Model<Labels> labels({.seed = 3});
    const auto small = quantize(labels.parameters(), calibrate(labels, labelled()));
    CHECK(evaluate(small, labelled(), BinaryCrossentropy{})["accuracy"] ==
          doctest::Approx(share(predict(small, std::span<const float>(inputs)), labelled(), 0)));
}

TEST_CASE("Numbers of another type are converted to the model's") {
    const auto floats = labelled();
    Model<Labels, double> model({.seed = 1});
    std::vector<double> inputs, targets;
    std::vector<float> narrow;
    for (std::size_t i = 0; i < count; ++i)
        for (const float x : floats.input(i)) {
            inputs.push_back(static_cast<double>(x));
            narrow.push_back(x);
        }
    for (std::size_t i = 0; i < count; ++i)
        for (const float t : floats.target(i))
            targets.push_back(static_cast<double>(t));
    const data::Dataset<double, double> doubles(Shape(2), inputs, targets);
    const Fit options{.loss = BinaryCrossentropy{}, .epochs = 2, .verbose = false};
    const History of_floats = fit(model, floats, options);
    Model<Labels, double> other({.seed = 1});
    CHECK(fit(other, doubles, options)["loss"] == of_floats["loss"]);
    CHECK(evaluate(model, floats, BinaryCrossentropy{})["loss"] ==
          evaluate(other, doubles, BinaryCrossentropy{})["loss"]);
    const auto expected = predict(model, inputs);
    CHECK(predict(model, narrow) == expected);
    CHECK(predict(model, floats) == expected);
    CHECK(predict(model, doubles) == expected);
    CHECK(predict_proba(model, narrow) == predict_proba(model, doubles));
    CHECK(predict(Model<Labels>({.seed = 1}), inputs) == predict(Model<Labels>({.seed = 1}), narrow));

    Model<Labels> narrowed({.seed = 2});
    CHECK(copy_parameters(model.parameters(), narrowed.parameters()) == 2);
    const auto of_narrowed = predict(narrowed, narrow);
    for (std::size_t i = 0; i < of_narrowed.size(); ++i)
        CHECK(static_cast<double>(of_narrowed[i]) == doctest::Approx(expected[i]).epsilon(1e-5));
}

TEST_CASE("evaluate: without a loss, never by another than the model was trained with") {
    using Net = Sequential<Input<2>, Dense<3>>;
    const data::Dataset<float> samples(Shape(2), {1, 2, 3, 4}, {1, 0, 1, 0, 0, 1});
    Model<Net> model({.seed = 1});
    CHECK(evaluate(model, samples)["loss"] > 0);
    fit(model, samples, Fit{.loss = losses::MeanSquaredError{}, .verbose = false});
    CHECK(evaluate(model, samples)["loss"] > 0);
    fit(model, samples, Fit{.loss = losses::BinaryCrossentropy{}, .verbose = false});
    CHECK(error_of([&] {
              evaluate(model, samples);
          }).starts_with("evaluate: expected the loss that the model"));
    CHECK(evaluate(model, samples, losses::BinaryCrossentropy{})["accuracy"] >= 0);

    using One = Sequential<Input<2>, Dense<1>>;
    const data::Dataset<> labels(Shape(2), {1, 2, 3, 4}, {1, 0});
    Model<One> one({.seed = 1});
    fit(one, labels, Fit{.loss = losses::BinaryCrossentropy{}, .verbose = false});
    CHECK(evaluate(one, labels)["loss"] == evaluate(one, labels, losses::BinaryCrossentropy{})["loss"]);
}
