#include "burin/training/range_test.hpp"

#include "reference/schedules.hpp"

#include "burin/data/dataset.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/optimizers/momentum.hpp"
#include "burin/report/range_plot.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

using namespace burin;
namespace r = reference::schedules;

namespace {

using Net = Sequential<Input<4>, Dense<8>, Tanh, Dense<2>>;

/// Which of two numbers is the larger.
data::Dataset<Label> samples(std::size_t count) {
    std::vector<float> inputs = random_numbers<float>(count * 4, 1);
    std::vector<Label> labels(count);
    for (std::size_t i = 0; i < count; ++i)
        labels[i] = inputs[4 * i] > inputs[4 * i + 1] ? 1 : 0;
    return {Shape(4), std::move(inputs), std::move(labels)};
}

const Fit how{.optimizer = optimizers::Momentum{}, .batch_size = batch<8>};

} // namespace

TEST_CASE("RangeTest suggests what PyTorch Lightning's finder does") {
    RangeTest test;
    test.losses.assign(std::begin(r::range_losses), std::end(r::range_losses));
    test.smoothed.assign(std::begin(r::range_smoothed), std::end(r::range_smoothed));
    for (std::size_t i = 0; i < test.losses.size(); ++i)
        test.rates.push_back(1e-6 * std::pow(1.2, i));
    CHECK(test.steepest() == test.rates[r::range_steepest[0]]);
    CHECK(test.minimum() == test.rates[r::range_least[0]] / 10);

    test.smoothed.assign(80, 1.0);
    CHECK(error_of([&] { test.steepest(); }).find("falls somewhere") != std::string::npos);
    test.smoothed.resize(12);
    CHECK(error_of([&] { test.steepest(); }).find("diverge in 13 steps, got one that does after 12") !=
          std::string::npos);
    CHECK(error_of([] { RangeTest{}.minimum(); }).find("finite number") != std::string::npos);
}

TEST_CASE("find_learning_rate: rates rise evenly, the model stays, and the rate that it finds trains") {
    const auto data = samples(100); // 12 batches and a half one
    Model<Net> model({.seed = 2});
    const std::vector<float> before(model.parameters().data(),
                                    model.parameters().data() + parameter_count<Net>);
    const RangeTest found =
        find_learning_rate(model, data, how, {.from = 1e-4, .to = 1, .steps = 60, .smoothing = 0.8});
    CHECK(std::vector<float>(model.parameters().data(), model.parameters().data() + parameter_count<Net>) ==
          before);
    CHECK(!model.links());

    REQUIRE(found.rates.size() == 60);
    REQUIRE(found.losses.size() == 60);
    for (std::size_t i = 0; i < 60; ++i)
        CHECK(found.rates[i] ==
              doctest::Approx(1e-4 * std::pow(1e4, static_cast<double>(i) / 59)).epsilon(1e-12));
    double average = 0;
    for (std::size_t i = 0; i < 60; ++i) {
        average = 0.8 * average + 0.2 * found.losses[i];
        CHECK(found.smoothed[i] == doctest::Approx(average / (1 - std::pow(0.8, i + 1))).epsilon(1e-12));
    }
    CHECK(found.steepest() > 1e-3);
    CHECK(found.steepest() < 1);

    // The first loss is that of the first batch of fit: of the same order, before any step.
    const RangeTest again =
        find_learning_rate(model, data, how, {.from = 1e-4, .to = 1, .steps = 60, .smoothing = 0.8});
    CHECK(again.losses == found.losses);

    const std::string svg = report::svg_plot(found, {.title = "rates"});
    CHECK(svg.find(">learning rate<") != std::string::npos);
    CHECK(svg.find("rotate(-90") < svg.find(">loss</text>")); // The axis has its name too.
    CHECK(svg.find(">suggested: ") != std::string::npos);
    CHECK(svg.find(">0.001<") != std::string::npos);
}

TEST_CASE("find_learning_rate: ends where the loss diverges or is no number") {
    const auto data = samples(40);
    const Model<Net> model({.seed = 2});
    const RangeTest diverged =
        find_learning_rate(model, data, how, {.from = 1e-3, .to = 1e4, .steps = 200, .smoothing = 0.5});
    CHECK(diverged.rates.size() < 200);
    CHECK(diverged.rates.size() > 20);
    // The first point that is four times the least before it.
    double least = diverged.smoothed[0];
    for (std::size_t i = 0; i < diverged.smoothed.size(); ++i) {
        least = std::min(least, diverged.smoothed[i]);
        INFO("point " << i << ": " << diverged.smoothed[i] << ", the least " << least);
        CHECK((diverged.smoothed[i] > 4 * least) == (i + 1 == diverged.smoothed.size()));
    }

    const RangeTest overflown = find_learning_rate(
        model, data, how, {.from = 1e30, .to = 1e38, .steps = 50, .smoothing = 0, .divergence = 1e300});
    CHECK(overflown.losses.size() < 50);
    for (const double loss : overflown.losses)
        CHECK(std::isfinite(loss));
}

TEST_CASE("find_learning_rate: refuses options that make no range") {
    const auto data = samples(8);
    const Model<Net> model;
    const auto refusal = [&](const RangeTestOptions& options) {
        return error_of([&] { find_learning_rate(model, data, how, options); });
    };
    CHECK(refusal({.from = 0}).find("a finite .from above 0, got 0") != std::string::npos);
    CHECK(refusal({.from = std::nan("")}).find(".from") != std::string::npos);
    CHECK(refusal({.from = 1, .to = 1}).find(".to above .from") != std::string::npos);
    CHECK(refusal({.to = HUGE_VAL}).find(".to") != std::string::npos);
    CHECK(refusal({.steps = 5}).find(".steps of at least 13, got 5") != std::string::npos);
    CHECK(refusal({.smoothing = 1}).find(".smoothing") != std::string::npos);
    CHECK(refusal({.divergence = 1}).find(".divergence") != std::string::npos);
}
