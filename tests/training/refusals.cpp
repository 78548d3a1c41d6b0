// Data that do not fit: every hosted call says so in one Error, and changes nothing.
#include "burin/burin.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<5>, Dense<4>, ReLU, Dense<3>>;

constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

data::Dataset<> with_features(std::size_t features, std::size_t count = 40) {
    return data::Dataset<>(Shape(features), random_numbers<float>(count * features, 1),
                           std::vector<Label>(count, 1));
}

constexpr auto quiet = [] { return Fit{.verbose = false}; };

std::vector<float> values(const Model<Net>& model) {
    return {model.parameters().values.begin(), model.parameters().values.end()};
}

/// 40 samples, with one number changed.
struct Changed {
    std::vector<float> inputs = random_numbers<float>(40 * 5, 1);
    std::vector<float> targets = random_numbers<float>(40 * 3, 2);
    std::vector<float> weights = std::vector<float>(40, 1.0F);

    data::Dataset<float> data() const { return {Shape(5), inputs, targets, weights}; }
    data::Dataset<> labelled() const { return {Shape(5), inputs, std::vector<Label>(40, 1), weights}; }
};

} // namespace

TEST_CASE("a schedule that was not told its steps, alone or within others") {
    Model<Net> model({.seed = 1});
    const auto data = with_features(5);
    const auto refusal = [&](auto schedule) {
        return error_of([&] { fit(model, data, Fit{.schedule = schedule, .verbose = false}); });
    };
    const std::string expected = "fit: .schedule: expected .steps of at least 1 in `Cosine`, got 0";
    const schedules::Cosine cosine{.learning_rate = 1e-3};
    CHECK(refusal(cosine) == expected);
    CHECK(refusal(schedules::WarmUp{5, schedules::PerEpoch{2, cosine}}) == expected);
    CHECK(refusal(schedules::Sequence{schedules::Constant{1e-3}, 0, cosine}) == expected);
    CHECK(refusal(schedules::OneCycle{}).find("in `OneCycle`") != std::string::npos);
    CHECK(refusal(schedules::WarmUp{
              0, schedules::Sequence{schedules::Constant{1e-3}, 0, schedules::Constant{1e-3}}}) ==
          "(nothing was thrown)");
}

TEST_CASE("samples of another shape: fit, evaluate, predict, predict_proba, calibrate") {
    Model<Net> model({.seed = 1});
    const auto before = values(model);
    const auto network = quantize(model.parameters(), calibrate(model, with_features(5)));
    for (const std::size_t features : {4u, 6u, 10u}) {
        const auto data = with_features(features);
        const std::string found = ": expected samples of shape [5], got [" + std::to_string(features) + "]";
        CHECK(error_of([&] { fit(model, data, quiet()); }) == "fit" + found);
        CHECK(error_of([&] { evaluate(model, data); }) == "evaluate" + found);
        CHECK(error_of([&] { (void)predict(model, data); }) == "predict" + found);
        CHECK(error_of([&] { (void)predict_proba(model, data); }) == "predict" + found);
        CHECK(error_of([&] { (void)calibrate(model, data); }) == "calibrate" + found);
        CHECK(error_of([&] { evaluate(network, data); }) == "evaluate" + found);
    }
    const auto right = with_features(5), wrong = with_features(4);
    CHECK(error_of([&] { fit(model, right, Fit{.validation = &wrong, .verbose = false}); }) ==
          "fit: validation: expected samples of shape [5], got [4]");
    CHECK(predict(model, data::Dataset<>()).empty());
    CHECK(values(model) == before);
}

TEST_CASE("Dataset: a sample beyond its end") {
    const auto data = with_features(5, 3);
    constexpr auto beyond = "Dataset: expected the number of a sample below 3, got 3";
    CHECK(error_of([&] { (void)data.input(3); }) == beyond);
    CHECK(error_of([&] { (void)data.target(3); }) == beyond);
    CHECK(error_of([&] { (void)data.weight(3); }) == beyond);
    CHECK(error_of([&] { (void)data.subset(0, 1).input(1); }) ==
          "Dataset: expected the number of a sample below 1, got 1");
    CHECK(error_of([&] { (void)data::Dataset<>().input(0); }) ==
          "Dataset: expected the number of a sample below 0, got 0");
    CHECK(error_of([&] {
              (void)data.input(static_cast<std::size_t>(-1));
          }).starts_with("Dataset: expected the number of a sample below 3"));
}

TEST_CASE("class weights: one for each class, finite and not below 0") {
    Model<Net> model({.seed = 1});
    const auto before = values(model);
    const auto data = with_features(5);
    const auto check = [&](const std::vector<double>& weights, const std::string& found) {
        const losses::SparseCategoricalCrossentropy loss{.class_weights = weights};
        CHECK(error_of([&] { fit(model, data, Fit{.loss = loss, .verbose = false}); }) == "fit" + found);
        CHECK(error_of([&] { evaluate(model, data, loss); }) == "evaluate" + found);
    };
    check({1, 2}, ": expected a class weight for each of 3 classes, got 2");
    check({1, 2, 3, 4}, ": expected a class weight for each of 3 classes, got 4");
    check({1, -2, 3}, ": class_weights[1]: expected a finite number of at least 0, got -2.000000");
    check({1, 2, std::nan("")}, ": class_weights[2]: expected a finite number of at least 0, got nan");
    check({static_cast<double>(infinity), 2, 1},
          ": class_weights[0]: expected a finite number of at least 0, got inf");
    CHECK(values(model) == before);

    const std::vector<double> two{1, 2}, three{1, 0, 2};
    const losses::CategoricalCrossentropy shares{.class_weights = two};
    CHECK(error_of([&] { evaluate(model, Changed{}.data(), shares); }) ==
          "evaluate: expected a class weight for each of 3 classes, got 2");
    CHECK(
        error_of([&] {
            fit(model, data,
                Fit{.loss = losses::SparseCategoricalCrossentropy{.class_weights = three}, .verbose = false});
        }) == "(nothing was thrown)");
}

TEST_CASE("fit: data that are not finite are refused, with their place, unless that is allowed") {
    using losses::MeanSquaredError;
    const auto error = [](const auto& data) {
        Model<Net> model({.seed = 1});
        const auto before = values(model);
        const std::string message = error_of([&] {
            if constexpr (std::is_same_v<typename std::remove_cvref_t<decltype(data)>::TargetType, Label>)
                fit(model, data, quiet());
            else
                fit(model, data, Fit{.loss = MeanSquaredError{}, .verbose = false});
        });
        CHECK(values(model) == before);
        return message;
    };
    Changed inputs, targets, weights;
    inputs.inputs[3 * 5 + 2] = no_number;
    CHECK(error(inputs.data()) == "fit: sample 3[2]: expected a finite number, got nan");
    CHECK(error(inputs.labelled()) == "fit: sample 3[2]: expected a finite number, got nan");
    inputs.inputs[3 * 5 + 2] = -infinity;
    CHECK(error(inputs.labelled()) == "fit: sample 3[2]: expected a finite number, got -inf");
    targets.targets[39 * 3 + 1] = infinity;
    CHECK(error(targets.data()) == "fit: target 39[1]: expected a finite number, got inf");
    weights.weights[7] = -no_number;
    CHECK(error(weights.labelled())
              .starts_with("fit: weight of sample 7: expected a finite number of at least 0, got"));

    Model<Net> model({.seed = 1});
    const auto good = Changed{}.labelled(), bad = inputs.labelled();
    CHECK(error_of([&] { fit(model, good, Fit{.validation = &bad, .verbose = false}); }) ==
          "fit: validation: sample 3[2]: expected a finite number, got -inf");
    inputs.inputs[3 * 5 + 2] = no_number;
    const History history = fit(model, inputs.labelled(), Fit{.verbose = false, .allow_not_finite = true});
    CHECK(std::isnan(history["loss"][0]));
    // What is asked of a model may be anything.
    CHECK(error_of([&] { (void)predict(model, bad); }) == "(nothing was thrown)");
    CHECK(error_of([&] { (void)evaluate(model, bad); }) == "(nothing was thrown)");
}

TEST_CASE("numbers that are finite, as large or small as they may be") {
    const auto finite = [](std::vector<float> numbers) { return burin::detail::are_finite(numbers); };
    CHECK(finite({}));
    CHECK(finite({0, -0.0F, 1e-45F, -std::numeric_limits<float>::max(), std::numeric_limits<float>::max()}));
    for (const float bad : {infinity, -infinity, no_number, -no_number})
        for (std::size_t at = 0; at < 37; ++at) {
            std::vector<float> numbers(37, 1.0F);
            numbers[at] = bad;
            CHECK_FALSE(finite(numbers));
        }
    CHECK(burin::detail::are_finite(std::vector<double>{1e308, -1e308}));
    CHECK_FALSE(burin::detail::are_finite(std::vector<double>{1, std::nan("")}));
}

TEST_CASE("fit: learning rates and weights that can't be meant are refused") {
    using Small = Sequential<Input<1>, Dense<2>>;
    const data::Dataset<> data(Shape(1), {1, 2}, {0, 1});
    Model<Small> model({.seed = 1});
    for (const double rate : {-1.0, std::nan(""), HUGE_VAL})
        CHECK(error_of([&] {
                  fit(model, data,
                      Fit{.optimizer = optimizers::Adam{.learning_rate = rate}, .verbose = false});
              }).starts_with("fit: .learning_rate: expected a finite number of at least 0, got "));
    CHECK(error_of([&] {
              fit(model, data::Dataset<>(Shape(1), {1, 2}, {0, 1}, {1, -1}), Fit{.verbose = false});
          }) == "fit: weight of sample 1: expected a finite number of at least 0, got -1.000000");
}
