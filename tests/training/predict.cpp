#include "burin/burin.hpp"
#include "support/check_close.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

using namespace burin;

namespace {

using Logits = Sequential<Input<5>, Dense<7>, ReLU, Dropout<0.5>, Dense<3>>;
using Probabilities = Sequential<Input<5>, Dense<7>, ReLU, Dropout<0.5>, Dense<3>, Softmax>;

// More than hosted inference runs at a time, and no multiple of it.
constexpr std::size_t count = 2 * burin::detail::inference_batch + 13;

} // namespace

TEST_CASE("predict: every sample as a Predictor gives it by itself") {
    const Model<Logits> model({.seed = 1});
    const auto inputs = random_numbers<float>(count * 5, 1);
    const std::vector<float> outputs = predict(model, inputs);
    REQUIRE(outputs.size() == count * 3);
    Predictor<Logits> one;
    for (std::size_t i = 0; i < count; ++i) {
        const auto alone = one(model.parameters(), std::span(inputs).subspan(i * 5, 5));
        CHECK(std::equal(alone.begin(), alone.end(), outputs.begin() + static_cast<std::ptrdiff_t>(i * 3)));
    }
    const data::Dataset<> data(Shape{5}, inputs, std::vector<Label>(count));
    CHECK(predict(model, data) == outputs);
}

TEST_CASE("predict: no whole number of samples") {
    const Model<Logits> model({.seed = 1});
    std::string message;
    try {
        (void)predict(model, std::vector<float>(12));
    } catch (const Error& error) {
        message = error.what();
    }
    CHECK(message == "predict: expected whole samples of 5 values, got 12 values");
    CHECK(predict(model, std::vector<float>{}).empty());
}

TEST_CASE("predict_proba: softmax of logits; what ends in Softmax is left as it is") {
    const Model<Logits> logits({.seed = 1});
    const Model<Probabilities> probabilities({.seed = 1});
    const auto inputs = random_numbers<float>(count * 5, 1, -9, 9);
    const auto p = predict_proba(logits, inputs);
    check_close(p, predict(probabilities, inputs), 1e-6);
    CHECK(predict_proba(probabilities, inputs) == predict(probabilities, inputs));
    for (std::size_t i = 0; i < count; ++i)
        CHECK(p[3 * i] + p[3 * i + 1] + p[3 * i + 2] == doctest::Approx(1));
}

TEST_CASE("predict_proba: one output is the logit of a probability") {
    const Model<Sequential<Input<5>, Dense<1>>> model({.seed = 1});
    const Model<Sequential<Input<5>, Dense<1>, Sigmoid>> with_sigmoid({.seed = 1});
    const auto inputs = random_numbers<float>(count * 5, 1, -9, 9);
    const auto logits = predict(model, inputs), p = predict_proba(model, inputs);
    for (std::size_t i = 0; i < count; ++i)
        CHECK(p[i] == doctest::Approx(1 / (1 + std::exp(-static_cast<double>(logits[i])))).epsilon(1e-5));
    check_close(predict_proba(with_sigmoid, inputs), p, 1e-6);
}

TEST_CASE("evaluate: losses and metrics over batches are those of all samples at once") {
    const Model<Logits> model({.seed = 1});
    const auto inputs = random_numbers<float>(count * 5, 1);
    std::vector<Label> labels(count);
    for (std::size_t i = 0; i < count; ++i)
        labels[i] = static_cast<Label>(i % 3);
    const auto p = predict_proba(model, inputs);
    double loss = 0, correct = 0;
    for (std::size_t i = 0; i < count; ++i) {
        loss -= std::log(static_cast<double>(p[3 * i + i % 3]));
        const auto row = p.begin() + static_cast<std::ptrdiff_t>(3 * i);
        correct += std::max_element(row, row + 3) - row == static_cast<std::ptrdiff_t>(i % 3);
    }
    const data::Dataset<> data(Shape{5}, inputs, labels);
    const Evaluation found = evaluate(model, data);
    CHECK(found["loss"] == doctest::Approx(loss / static_cast<double>(count)).epsilon(1e-5));
    CHECK(found["accuracy"] == correct / static_cast<double>(count));
    const Evaluation chosen = evaluate(model, data, losses::SparseCategoricalCrossentropy{},
                                       std::tuple{metrics::TopKAccuracy<3>{}});
    CHECK(chosen["top_k_accuracy"] == 1);
}
