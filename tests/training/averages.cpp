#include "burin/callbacks/early_stopping.hpp"
#include "burin/callbacks/use_average.hpp"
#include "burin/data/dataset.hpp"
#include "burin/graph/carried_state.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/optimizers/accumulate.hpp"
#include "burin/optimizers/exponential_average.hpp"
#include "burin/optimizers/sam.hpp"
#include "burin/optimizers/sgd.hpp"
#include "burin/optimizers/stochastic_average.hpp"
#include "burin/training/fit.hpp"
#include "burin/training/make_trainer.hpp"
#include "burin/training/update_statistics.hpp"
#include "burin/training/use_average.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <tuple>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<3>, Dense<4>, BatchNorm<RunningMomentum<0.3>>, ReLU, Dense<2>>;
using losses::MeanSquaredError, optimizers::SGD;

/// Pauses in the first epoch.
struct PauseEarly {
    template <class Context>
    void on_batch_end(Context& context) const {
        if (context.step() == 3)
            context.pause();
    }
};

data::Dataset<float> samples(std::size_t count) {
    return {Shape(3), random_numbers<float>(count * 3, 1), random_numbers<float>(count * 2, 2)};
}

} // namespace

TEST_CASE("use_average: the mean of the weights after each step, in the model or in another") {
    Model<Net> model({.seed = 1}), averaged({.seed = 2});
    const auto trainer = make_trainer<8>(
        model, MeanSquaredError{}, optimizers::Accumulate{optimizers::StochasticAverage{SGD{0.1}, 2}, 2});
    const auto inputs = random_numbers<float>(24, 3), targets = random_numbers<float>(16, 4);
    std::vector<double> mean(trained_count<Net>);
    const auto first = averaged.parameters().values;
    for (int step = 1; step <= 8; ++step) {
        trainer->step(inputs, targets);
        CHECK(use_average(averaged, *trainer) == (step >= 4));
        if (step < 4)
            CHECK(averaged.parameters().values == first);
        else if (step % 2 == 0)
            for (std::size_t i = 0; i < mean.size(); ++i)
                mean[i] += static_cast<double>(model.parameters().values[i]) / 3;
    }
    for (std::size_t i = 0; i < mean.size(); ++i)
        CHECK(static_cast<double>(averaged.parameters().values[i]) == doctest::Approx(mean[i]).epsilon(1e-5));
    // What is not trained stays.
    CHECK(std::equal(first.begin() + trained_count<Net>, first.end(),
                     averaged.parameters().values.begin() + trained_count<Net>));

    const auto trained = model.parameters().values;
    CHECK(swap_average(model, *trainer));
    CHECK(std::equal(mean.size() + trained.begin(), trained.end(),
                     model.parameters().values.begin() + mean.size()));
    CHECK(std::equal(averaged.parameters().values.begin(), averaged.parameters().values.begin() + mean.size(),
                     model.parameters().values.begin()));
    swap_average(model, *trainer);
    CHECK(model.parameters().values == trained);
}

TEST_CASE("UseAverage: at the end of fit the model has the average, but not at a pause") {
    const auto data = samples(40);
    using Rule = optimizers::ExponentialAverage<SGD>;
    const Fit options{.loss = MeanSquaredError{},
                      .optimizer = Rule{SGD{.learning_rate = 0.1}, 0.9},
                      .batch_size = batch<8>,
                      .epochs = 2,
                      .callbacks = std::tuple{callbacks::UseAverage{}, PauseEarly{}},
                      .verbose = false};
    Model<Net> model({.seed = 1});
    Session session(model, options);
    const auto is_average = [&] {
        const auto state = session.trainer().optimizer_state();
        return std::equal(state.begin(), state.begin() + trained_count<Net>,
                          model.parameters().values.begin());
    };
    session.run(data);
    CHECK(session.trainer().steps() == 3);
    CHECK(!is_average());
    session.run(data);
    CHECK(session.trainer().steps() == 10);
    CHECK(is_average());
}

TEST_CASE("UseAverage: beside a callback that restores the best weights is an Error before the first epoch") {
    Model<Net> model({.seed = 1});
    const auto before = model.parameters().values;
    const auto run = [&](bool restores) {
        fit(model, samples(16),
            Fit{.loss = MeanSquaredError{},
                .optimizer = optimizers::ExponentialAverage{SGD{.learning_rate = 0.1}},
                .batch_size = batch<8>,
                .callbacks =
                    std::tuple{callbacks::EarlyStopping{.monitor = "loss", .restore_best_weights = restores},
                               callbacks::UseAverage{}},
                .verbose = false});
    };
    CHECK(
        error_of([&] { run(true); }) ==
        "callbacks::UseAverage: expected no callback with `.restore_best_weights = true`, whose weights the "
        "average would replace, got one; leave out one of them");
    CHECK(model.parameters().values == before);
    CHECK(error_of([&] { run(false); }) == "(nothing was thrown)");
}

TEST_CASE("SAM: statistics and carried states are those of the first run") {
    const auto inputs = random_numbers<float>(24, 3), targets = random_numbers<float>(16, 4);
    Model<Net> sharp({.seed = 1}), plain({.seed = 1});
    make_trainer<8>(sharp, MeanSquaredError{}, optimizers::SAM{SGD{}, 0.5})->step(inputs, targets);
    make_trainer<8>(plain, MeanSquaredError{}, SGD{})->step(inputs, targets);
    for (const char* const name : {"1.running_mean", "1.running_var"})
        for (std::size_t i = 0; i < 4; ++i)
            CHECK(sharp[name][i] == plain[name][i]);
    CHECK(sharp["0.weight"][0] != plain["0.weight"][0]);

    using Steps = Sequential<Input<3, 2>, SimpleRNN<2>>;
    const auto run = [&](auto rule) {
        Model<Steps> model({.seed = 1});
        const auto trainer = make_trainer<4>(model, MeanSquaredError{}, rule);
        CarriedState<Steps, 4> state;
        Samples<Steps, MeanSquaredError> samples;
        samples.inputs = {inputs.data()};
        samples.targets = {targets.data()};
        samples.rows = 4;
        samples.state = state.data();
        trainer->step(samples);
        std::vector<float> after(state.values.begin(), state.values.end());
        after.insert(after.end(), model.parameters().values.begin(), model.parameters().values.end());
        return after;
    };
    // Where the place that is looked at is the same, so is the step: also from states that were carried on.
    CHECK(run(optimizers::SAM{SGD{0.1}, 0}) == run(SGD{0.1}));
    const auto far = run(optimizers::SAM{SGD{0}, 0.5}), near = run(SGD{0});
    CHECK(far == near);
}

TEST_CASE("update_statistics: means over all batches, as of the weights that there are") {
    const auto data = samples(48);
    Model<Net> model({.seed = 1}), untouched({.seed = 1});
    update_statistics<16>(model, data);
    // What BatchNorm sees, by hand: x = input · weight + bias.
    const auto weight = model["0.weight"], bias = model["0.bias"], mean = model["1.running_mean"],
               variance = model["1.running_var"];
    for (std::size_t c = 0; c < 4; ++c) {
        double expected_mean = 0, expected_variance = 0;
        for (std::size_t first = 0; first < 48; first += 16) {
            double sum = 0, squares = 0;
            for (std::size_t i = first; i < first + 16; ++i) {
                double x = static_cast<double>(bias[c]);
                for (std::size_t f = 0; f < 3; ++f)
                    x += static_cast<double>(data.input(i)[f]) * static_cast<double>(weight[f * 4 + c]);
                sum += x;
                squares += x * x;
            }
            expected_mean += sum / 16 / 3;
            expected_variance += (squares - sum * sum / 16) / 15 / 3;
        }
        CHECK(static_cast<double>(mean[c]) == doctest::Approx(expected_mean).epsilon(1e-5));
        CHECK(static_cast<double>(variance[c]) == doctest::Approx(expected_variance).epsilon(1e-5));
    }
    for (std::size_t i = 0; i < trained_count<Net>; ++i)
        REQUIRE(model.parameters().values[i] == untouched.parameters().values[i]);
    // A batch of one sample has no variance.
    const auto measured = model.parameters().values;
    Model<Net> odd({.seed = 1});
    update_statistics<16>(odd, data.subset(0, 33));
    Model<Net> even({.seed = 1});
    update_statistics<16>(even, data.subset(0, 32));
    CHECK(odd.parameters().values == even.parameters().values);
    CHECK(error_of([&] { update_statistics(model, data.subset(0, 1)); }) ==
          "update_statistics: expected at least two samples, got one");
    CHECK(model.parameters().values == measured);
}

TEST_CASE("SAM and Accumulate in a trainer: a small step up first; four batches as one of their size") {
    using Small = Sequential<Input<3>, Dense<4>, Tanh, Dense<2>>;
    const auto inputs = random_numbers(48, 3), targets = random_numbers(32, 4);
    Parameters<Small, double> start;
    const auto weights = random_numbers(parameter_count<Small>, 5);
    std::copy(weights.begin(), weights.end(), start.data());

    // Accumulated, or all at once.
    auto parts = start, whole = start;
    Trainer<Small, MeanSquaredError, optimizers::Accumulate<SGD>, 4, double> accumulating(
        parts, {}, {SGD{.learning_rate = 0.1}, 4});
    Trainer<Small, MeanSquaredError, SGD, 16, double> at_once(whole, {}, {.learning_rate = 0.1});
    for (int step = 0; step < 3; ++step) {
        for (std::size_t first = 0; first < 16; first += 4)
            accumulating.step(std::span(inputs).subspan(3 * first, 12),
                              std::span(targets).subspan(2 * first, 8));
        at_once.step(inputs, targets);
    }
    for (std::size_t i = 0; i < weights.size(); ++i)
        CHECK(parts.values[i] == doctest::Approx(whole.values[i]).epsilon(1e-12));

    // By hand: the gradient there, taken here.
    auto sharp = start, there = start;
    Trainer<Small, MeanSquaredError, optimizers::SAM<SGD>, 16, double> trainer(
        sharp, {}, {SGD{.learning_rate = 0.1}, 0.05});
    const auto sum = trainer.step(inputs, targets);
    Trainer<Small, MeanSquaredError, SGD, 16, double> plain(there, {});
    Samples<Small, MeanSquaredError, double> all;
    all.inputs = {inputs.data()};
    all.targets = {targets.data()};
    all.rows = 16;
    CHECK(losses::reduce(plain.loss, plain.gradients(all)) == losses::reduce(plain.loss, sum));
    double squares = 0;
    for (const double g : plain.last_gradients())
        squares += g * g;
    for (std::size_t i = 0; i < weights.size(); ++i)
        there.values[i] += 0.05 * plain.last_gradients()[i] / std::sqrt(squares);
    plain.gradients(all);
    for (std::size_t i = 0; i < weights.size(); ++i)
        CHECK(sharp.values[i] ==
              doctest::Approx(start.values[i] - 0.1 * plain.last_gradients()[i]).epsilon(1e-9));
}
