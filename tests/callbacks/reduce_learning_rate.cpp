#include "burin/callbacks/reduce_learning_rate.hpp"

#include "burin/data/dataset.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/dense.hpp"
#include "burin/optimizers/sgd.hpp"
#include "burin/training/fit.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// What the callback asks a training for, without one.
struct Epochs {
    std::vector<NamedValue> measured;
    double rate = 0.1;
    bool continued = false;

    std::vector<std::string> names() const { return {"loss", "val_loss", "val_accuracy", "own"}; }
    bool is_continued() const { return continued; }
    std::vector<NamedValue> values() const { return measured; }
    double learning_rate() const { return rate; }
    void set_learning_rate(double value) { rate = value; }
};

/// The rates after each of some epochs, in which a value was measured.
std::vector<double> rates_after(callbacks::ReduceLearningRate& callback, Epochs& epochs,
                                const std::vector<double>& values) {
    std::vector<double> rates;
    callback.on_fit_begin(epochs);
    for (const double value : values) {
        epochs.measured = {{"loss", 7}, {callback.monitor, value}};
        callback.on_epoch_end(epochs);
        rates.push_back(epochs.rate);
    }
    return rates;
}

} // namespace

TEST_CASE("ReduceLearningRate: the rates of ReduceOnPlateau, also when a checkpoint is loaded between") {
    const std::vector<double> values{3, 2, 2.5, 2.5, 2.5, 1, 1, 1, 1, 1, std::nan(""), 1, 1};
    const callbacks::ReduceLearningRate options{.factor = 0.5, .patience = 1, .cooldown = 1, .floor = 0.02};
    schedules::ReduceOnPlateau plateau{
        .learning_rate = 0.1, .factor = 0.5, .patience = 1, .cooldown = 1, .floor = 0.02};
    std::vector<double> expected;
    for (const double value : values)
        expected.push_back(plateau.update(value));
    CHECK(expected.back() == 0.02);

    callbacks::ReduceLearningRate whole = options;
    Epochs epochs;
    CHECK(rates_after(whole, epochs, values) == expected);
    // Another run begins anew, at the rate that the optimizer has.
    epochs.rate = 0.1;
    CHECK(rates_after(whole, epochs, values) == expected);

    for (std::size_t split = 0; split <= values.size(); ++split) {
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(split);
        callbacks::ReduceLearningRate before = options, after = options;
        Epochs first, second;
        std::vector<double> rates = rates_after(before, first, {values.begin(), middle});
        callbacks::State state;
        before.save(state);
        after.load(state);
        second.continued = true;
        second.rate = split > 0 ? rates.back() : 0.1; // As `io::load` has set it.
        const std::vector<double> rest = rates_after(after, second, {middle, values.end()});
        rates.insert(rates.end(), rest.begin(), rest.end());
        CHECK(rates == expected);
        // Another rate that the program gives stays.
        second.rate = 0.001;
        after.on_fit_begin(second);
        CHECK(second.rate == 0.001);
    }
}

TEST_CASE("ReduceLearningRate: what to monitor, and which way it is better") {
    callbacks::ReduceLearningRate accuracy{.monitor = "val_accuracy", .patience = 0};
    Epochs epochs;
    CHECK(rates_after(accuracy, epochs, {0.5, 0.6, 0.55}) == std::vector<double>{0.1, 0.1, 0.1 * 0.1});
    callbacks::ReduceLearningRate own{.monitor = "own", .patience = 0};
    CHECK(error_of([&] { rates_after(own, epochs, {1}); }).find("ReduceLearningRate: expected a mode") !=
          std::string::npos);
    callbacks::ReduceLearningRate missing;
    epochs.measured = {{"loss", 1}};
    CHECK(error_of([&] { missing.on_epoch_end(epochs); }).find("expected 'val_loss'") != std::string::npos);
    CHECK(error_of([&] { missing.load({{"epochs", {1, 0}}}); }) ==
          "ReduceLearningRate: expected 1 numbers of 'best' in a checkpoint, got none");
}

TEST_CASE(
    "ReduceLearningRate in fit: halves the rate of an optimizer whose loss gets no better by the threshold") {
    using Net = Sequential<Input<2>, Dense<1>>;
    const data::Dataset<float> data(Shape(2), random_numbers<float>(16, 1), random_numbers<float>(8, 2));
    Model<Net> model;
    const Fit how{
        .loss = losses::MeanSquaredError{},
        .optimizer = optimizers::SGD{.learning_rate = 0.08},
        .batch_size = batch<8>,
        .epochs = 4,
        .metrics = std::tuple<>{},
        .callbacks =
            callbacks::ReduceLearningRate{.monitor = "loss", .factor = 0.5, .patience = 0, .threshold = 0.9},
        .verbose = false};
    Session<Net, float, std::remove_const_t<decltype(how)>> session(model, how);
    session.run(data);
    CHECK(session.trainer().optimizer.learning_rate == 0.01);
}
