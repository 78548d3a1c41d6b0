#include "burin/burin.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<16>, Tanh, Dropout<0.1>, Dense<3>>;

/// Points of three clouds; the labels say which.
data::Dataset<> clouds(std::size_t count, unsigned seed) {
    std::vector<float> inputs = random_numbers<float>(2 * count, seed, -0.7, 0.7);
    std::vector<Label> labels(count);
    for (std::size_t i = 0; i < count; ++i) {
        labels[i] = static_cast<Label>(i % 3);
        inputs[2 * i] += static_cast<float>(i % 3) * 2;
        inputs[2 * i + 1] += i % 3 == 1 ? 2.0f : 0.0f;
    }
    return {Shape{2}, inputs, labels};
}

std::vector<float> values(const Model<Net>& model) {
    return {model.parameters().data(), model.parameters().data() + parameter_count<Net>};
}

std::string message(auto action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("fit: learns, and its history has every epoch's loss and metrics, also of the validation set") {
    const auto train = clouds(150, 1), test = clouds(60, 2);
    Model<Net> model({.seed = 1});
    const double before = evaluate(model, test)["loss"];
    const History history = fit(model, train,
                                Fit{.optimizer = optimizers::Adam{.learning_rate = 0.01},
                                    .epochs = 25,
                                    .validation = &test,
                                    .verbose = false});
    CHECK(history.epochs() == 25);
    CHECK(history["loss"].size() == 25);
    CHECK(history["loss"].back() < history["loss"].front());
    CHECK(history["accuracy"].back() > 0.95);
    CHECK(history["val_loss"].size() == 25);
    const Evaluation evaluation = evaluate(model, test);
    CHECK(evaluation["accuracy"] == history["val_accuracy"].back());
    CHECK(evaluation["loss"] == history["val_loss"].back());
    CHECK(evaluation["loss"] < before);
    CHECK(evaluation["accuracy"] > 0.95);
    CHECK(message([&] { (void)history["mse"]; }) == "History: expected a loss or metric that was measured "
                                                    "(loss, accuracy, val_loss, val_accuracy), got 'mse'");
}

TEST_CASE("fit: a last partial batch is a step like any other and counts by its samples") {
    const auto train = clouds(37, 1);
    Model<Net> model({.seed = 1});
    Session session(model, Fit{.batch_size = batch<8>, .epochs = 3, .shuffle = false, .verbose = false});
    session.run(train);
    CHECK(session.trainer().steps() == 3 * 5);
    CHECK(session.epoch() == 3);

    // Without changes to the parameters the epoch's loss is that of evaluate, whatever the batches.
    using Plain = Sequential<Input<2>, Dense<3>>;
    Model<Plain> still({.seed = 1});
    const History history =
        fit(still, train,
            Fit{.optimizer = optimizers::SGD{.learning_rate = 0}, .batch_size = batch<8>, .verbose = false});
    CHECK(history["loss"][0] == doctest::Approx(evaluate(still, train)["loss"]).epsilon(1e-5));
}

TEST_CASE("fit: the same seed gives the same bits, in one go or in two; another seed others") {
    const auto train = clouds(90, 1);
    const auto trained = [&](std::size_t first, std::size_t second, std::uint64_t seed) {
        Model<Net> model({.seed = 1});
        Session session(model, Fit{.epochs = first, .seed = seed, .verbose = false});
        session.run(train);
        if (second > 0)
            session.run(train);
        return values(model);
    };
    CHECK(trained(4, 0, 5) == trained(4, 0, 5));
    CHECK(trained(4, 0, 5) == trained(2, 2, 5));
    CHECK(trained(4, 0, 5) != trained(4, 0, 6));
}

TEST_CASE("fit: after save and load a session goes on with the same bits") {
    const auto train = clouds(90, 1);
    const Fit options{
        .optimizer = optimizers::Adam{.learning_rate = 0.01}, .epochs = 3, .seed = 2, .verbose = false};
    const auto path = std::filesystem::temp_directory_path() / "burin_test_fit.safetensors";

    Model<Net> uninterrupted({.seed = 1});
    Session whole(uninterrupted, options);
    whole.run(train);
    io::save(path.string(), whole);
    whole.run(train);

    Model<Net> other({.seed = 99}); // all of this is overwritten
    Session continued(other, options);
    continued.run(train);
    io::load(path.string(), continued);
    CHECK(values(other) != values(uninterrupted));
    CHECK(continued.epoch() == 3);
    continued.run(train);
    CHECK(values(other) == values(uninterrupted));
    std::filesystem::remove(path);
}

TEST_CASE("fit: a sample of weight 0 teaches nothing") {
    const auto inputs = random_numbers<float>(40, 1);
    std::vector<float> spoilt = inputs;
    std::vector<float> weights(20, 1.0f);
    const std::vector<Label> labels(20, 1);
    for (std::size_t i = 0; i < 20; i += 3) {
        weights[i] = 0;
        spoilt[2 * i] = 1000;
    }
    const auto trained = [&](const std::vector<float>& x) {
        Model<Net> model({.seed = 1});
        const data::Dataset<> data(Shape{2}, x, labels, weights);
        const History history = fit(model, data, Fit{.epochs = 2, .verbose = false});
        auto result = values(model);
        result.push_back(static_cast<float>(history["loss"].back()));
        return result;
    };
    CHECK(trained(inputs) == trained(spoilt));
}

TEST_CASE("fit: a sample of weight 0 may hold anything") {
    const auto train = [](float input) {
        const data::Dataset<> data(Shape{2}, {1, 2, input, 1, 3, -1}, {0, 1, 2}, {1, 0, 2});
        Model<Net> model({.seed = 1});
        fit(model, data,
            Fit{.batch_size = batch<2>, .epochs = 3, .verbose = false, .allow_not_finite = true});
        return values(model);
    };
    const std::vector<float> expected = train(0);
    CHECK(train(std::nanf("")) == expected);
    CHECK(train(-HUGE_VALF) == expected);
    CHECK(train(5) == expected);
}

TEST_CASE("fit: probabilities behind what leaves them as they are are no logits") {
    using losses::SparseCategoricalCrossentropy;
    static_assert(fitting::loss_fits<Sequential<Input<2>, Dense<3>, ReLU>, SparseCategoricalCrossentropy>);
    static_assert(
        !fitting::loss_fits<Sequential<Input<2>, Dense<3>, Softmax, ReLU>, SparseCategoricalCrossentropy>);
    static_assert(!fitting::loss_fits<Sequential<Input<2>, Dense<3>, Softmax, LeakyReLU<0.1>, Flatten>,
                                      SparseCategoricalCrossentropy>);
    static_assert(
        !fitting::loss_fits<Sequential<Input<2>, Dense<3>, Softmax, ELU<>>, SparseCategoricalCrossentropy>);
}

namespace {

/// Has no rule to go back through it.
struct OneWay : Op {
    static constexpr Text<64> name() { return "OneWay"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
    template <class Context>
    static void forward(const Context& run) noexcept {
        std::copy_n(run.inputs[0], Context::Shapes::output.size() * run.rows, run.output);
    }
};

} // namespace

TEST_CASE("fit: a layer without backward rules may stand where no gradient goes") {
    using losses::MeanSquaredError;
    static_assert(fitting::loss_fits<Sequential<Input<2>, OneWay, Dense<3>>, MeanSquaredError>);
    static_assert(
        fitting::loss_fits<Sequential<Input<2>, Frozen<Dense<3>>, OneWay, Dense<3>>, MeanSquaredError>);
    static_assert(!fitting::loss_fits<Sequential<Input<2>, Dense<3>, OneWay>, MeanSquaredError>);
    static_assert(
        !fitting::loss_fits<Sequential<Input<2, 2>, Dense<3>, TimeDistributed<OneWay>>, MeanSquaredError>);
}

TEST_CASE("fit: metrics of one's choice") {
    const auto train = clouds(30, 1);
    Model<Net> model({.seed = 1});
    const History history =
        fit(model, train,
            Fit{.metrics = std::tuple{metrics::Accuracy{}, metrics::TopKAccuracy<2>{}}, .verbose = false});
    REQUIRE(history.series().size() == 3);
    CHECK(history.series()[2].name == "top_k_accuracy");
    CHECK(history["top_k_accuracy"][0] >= history["accuracy"][0]);
}

TEST_CASE("fit: Weighted metrics see the samples' weights, and can tell of the validation data") {
    const std::vector<float> inputs(2 * 4, 0.5f);
    const std::vector<Label> labels{0, 1, 2, 0};
    const data::Dataset<> weighted(Shape{2}, inputs, labels, {1, 2, 4, 8});
    Model<Net> model({.seed = 1});
    const auto history = fit(
        model, weighted,
        Fit{.batch_size = batch<4>,
            .epochs = 1,
            .validation = &weighted,
            .metrics = std::tuple{metrics::Recall<3>{},
                                  metrics::Weighted{metrics::Recall<3>{.average = metrics::Average::micro}}},
            .verbose = false});
    // All inputs are the same, so are all answers (but for dropout).
    const auto best = metrics::argmax(predict(model, weighted).data(), 3);
    const double share = (best == 0 ? 9.0 : best == 1 ? 2.0 : 4.0) / 15;
    CHECK(history["val_weighted_recall"].back() == doctest::Approx(share));
    CHECK(history["val_recall"].back() == doctest::Approx(1.0 / 3));
    const double during = history["weighted_recall"].back() * 15;
    CHECK(during == doctest::Approx(std::round(during)));
    CHECK(history["recall"].back() <= 1);
}

TEST_CASE("fit: a single metric and a data set by value do as well as a tuple and a pointer") {
    const auto data = clouds(40, 1);
    const auto [train, test] = data.split(0.75, 1);
    const auto history = [&](auto options) {
        Model<Net> model({.seed = 1});
        return fit(model, train, options);
    };
    const History plain =
        history(Fit{.epochs = 2, .validation = test, .metrics = metrics::Accuracy{}, .verbose = false});
    const History other = history(
        Fit{.epochs = 2, .validation = &test, .metrics = std::tuple{metrics::Accuracy{}}, .verbose = false});
    REQUIRE(plain.series().size() == 4);
    for (const History::Series& series : other.series())
        CHECK(plain[series.name] == series.values);
    const data::Dataset<Label>* const none = nullptr;
    CHECK(history(Fit{.validation = none, .verbose = false}).series().size() == 2);
}

TEST_CASE("fit: metrics of one name are told apart, and a history has a value for each epoch") {
    const auto data = clouds(40, 1);
    Model<Net> model({.seed = 1});
    const History history =
        fit(model, data,
            Fit{.epochs = 2,
                .metrics = std::tuple{metrics::TopKAccuracy<1>{}, metrics::TopKAccuracy<2>{}},
                .verbose = false});
    REQUIRE(history.series().size() == 3);
    const std::string name(metrics::TopKAccuracy<1>::name);
    CHECK(history[name].size() == 2);
    CHECK(history[name + "_1"].size() == 2);
    CHECK(history[name] != history[name + "_1"]);

    History changed;
    changed.append({{"loss", 1}, {"accuracy", 0.5}});
    changed.append({{"loss", 2}, {"f1", 0.25}});
    CHECK(changed["loss"] == std::vector<double>{1, 2});
    CHECK(std::isnan(changed["accuracy"].at(1)));
    CHECK(std::isnan(changed["f1"].at(0)));
    CHECK(changed["f1"].at(1) == 0.25);
    CHECK(History({{"loss", {1, 2}}, {"f1", {1}}})["f1"].size() == 2);
}

TEST_CASE("fit: regression has the mean absolute error as its metric") {
    const auto x = random_numbers<float>(64, 1);
    std::vector<float> y(64);
    for (std::size_t i = 0; i < 64; ++i)
        y[i] = 3 * x[i] - 1;
    const data::Dataset<float> train(Shape{1}, x, y);
    Model<Sequential<Input<1>, Dense<1>>> model({.seed = 1});
    const History history = fit(model, train,
                                Fit{.loss = losses::MeanSquaredError{},
                                    .optimizer = optimizers::Adam{.learning_rate = 0.1},
                                    .epochs = 150,
                                    .verbose = false});
    CHECK(history["mean_absolute_error"].back() < 1e-3);
    CHECK(model["0.weight"][0] == doctest::Approx(3).epsilon(1e-3));
    CHECK(model["0.bias"][0] == doctest::Approx(-1).epsilon(1e-3));
    CHECK(evaluate(model, train)["loss"] < 1e-5);
}

TEST_CASE("fit and evaluate: data that do not fit are refused before anything is changed") {
    Model<Net> model({.seed = 1});
    const auto before = values(model);
    const auto train = [&](const data::Dataset<>& data) {
        return message([&] { fit(model, data, Fit{.verbose = false}); });
    };
    CHECK(train({}) == "fit: expected at least one sample, got an empty data set");
    CHECK(train({Shape{3}, {1, 2, 3}, {0}}) == "fit: expected samples of shape [2], got [3]");
    CHECK(train({Shape{2}, {1, 2}, {0, 1}}) == "fit: expected 1 targets a sample, got 2");
    CHECK(train({Shape{2}, {1, 2, 3, 4}, {0, 3}}) == "Dataset: sample 1: expected a label below 3, got 3");
    const data::Dataset<> wrong(Shape{2}, {1, 2}, {7});
    CHECK(message([&] { fit(model, clouds(6, 1), Fit{.validation = &wrong, .verbose = false}); }) ==
          "Dataset: sample 0: expected a label below 3, got 7");
    CHECK(message([&] { (void)evaluate(model, wrong); }) ==
          "Dataset: sample 0: expected a label below 3, got 7");
    // Unless the loss ignores it; then so does the accuracy.
    const data::Dataset<> padded(Shape{2}, {1, 2, 3, 4}, {7, 7});
    CHECK(evaluate(model, padded, losses::SparseCategoricalCrossentropy{.ignore_index = 7})["loss"] == 0);
    CHECK(values(model) == before);
}
