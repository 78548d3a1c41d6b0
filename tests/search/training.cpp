#include "burin/search/training.hpp"
#include "burin/search/run.hpp"

#include "burin/data/dataset.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/dense.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<3>>;

/// Three classes of points around the corners of a triangle.
data::Dataset<> points(std::size_t count, std::uint64_t seed) {
    const RandomStream random{.seed = seed};
    std::vector<float> inputs;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < count; ++i) {
        const double angle = 2.1 * static_cast<double>(i % 3);
        inputs.push_back(static_cast<float>(std::cos(angle) + random.uniform(2 * i) - 0.5));
        inputs.push_back(static_cast<float>(std::sin(angle) + random.uniform(2 * i + 1) - 0.5));
        labels.push_back(static_cast<Label>(i % 3));
    }
    return {Shape(2), std::move(inputs), std::move(labels)};
}

/// Stops after the fourth epoch, if at all.
struct StopsAfterFour {
    bool stops = false;
    template <class Context>
    void on_epoch_end(Context& context) const {
        if (stops && context.epoch() == 4)
            context.stop();
    }
};

auto options(double learning_rate, bool stops) {
    return Fit{.optimizer = optimizers::Adam{.learning_rate = learning_rate},
               .batch_size = batch<8>,
               .callbacks = StopsAfterFour{stops},
               .seed = 3};
}

} // namespace

TEST_CASE("Training: a trial that goes on has the bits of a training that never stopped") {
    const data::Dataset<> train = points(40, 1), test = points(30, 2);
    const search::Space space{search::LogUniform{"rate", 1e-3, 1e-1}};
    for (const bool stops : {false, true}) {
        CAPTURE(stops);
        const search::Training objective{
            train, test, [&](const search::Settings& settings) { return options(settings["rate"], stops); },
            "loss"};
        const auto search = [&](std::size_t threads) {
            const parallel::Threads asked(threads);
            return search::run(search::SuccessiveHalving{.trials = 8, .least = 2, .most = 8, .eta = 2},
                               search::Architectures<Net>{}, space, objective, {.highest = false});
        };
        const search::Results results = search(1);
        CHECK(results.best().budget() == 8);
        for (const search::TrialResult& trial : results.trials())
            for (const search::TrialResult::Score& each : trial.scores) {
                Model<Net> model(3);
                auto whole = options(trial.settings["rate"], stops);
                whole.epochs = each.budget;
                whole.verbose = false;
                fit(model, train, whole);
                CHECK(each.score == evaluate(model, test)["loss"]);
            }
        CHECK(search(3).csv() == results.csv());
    }
}

TEST_CASE("Training: a training that leaves the finite numbers has failed") {
    std::vector<float> inputs(20, 1e38f);
    const data::Dataset<> data(Shape(2), std::move(inputs), std::vector<Label>(10));
    const search::Training objective{
        data, data, [](const search::Settings& settings) { return options(settings["rate"], false); }};
    const search::Results results =
        search::run(search::Random{.trials = 1, .budget = 2}, search::Architectures<Net>{},
                    search::Space{search::Choice{"rate", {1e5}}}, objective);
    CHECK(results.trials()[0].error.starts_with("stopped: value 1 that it reported was "));
}
