#include "burin/search/training.hpp"
#include "burin/search/run.hpp"

#include "burin/callbacks/events.hpp"
#include "burin/data/dataset.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/dense.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"
#include "support/points.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<3>>;

/// Epochs that were trained.
std::atomic<std::size_t> trained{0};

/// Stops after the fourth epoch, if at all.
struct StopsAfterFour {
    bool stops = false;
    template <class Context>
    void on_epoch_end(Context& context) const {
        ++trained;
        if (stops && context.epoch() == 4)
            context.stop();
    }
};

/// Trials have copies of what is given as a pointer: threads would change it at the same time.
struct Counts {
    std::size_t epochs = 0;
    void on_epoch_end(auto&) { ++epochs; }
};
Counts counts;

auto options(double learning_rate, bool stops) {
    return Fit{.optimizer = optimizers::Adam{.learning_rate = learning_rate},
               .batch_size = batch<8>,
               .callbacks = std::tuple{StopsAfterFour{stops}, &counts},
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
        trained = 0;
        const search::Results results = search(1);
        // Eight trials to 2, the best four on to 4, the best two on to 8.
        CHECK(trained == 8 * 2 + 4 * 2 + (stops ? 0 : 2 * 4));
        CHECK(results.best().budget() == 8);
        CHECK(std::exchange(counts.epochs, 0) == 0);
        for (const search::TrialResult& trial : results.trials())
            for (const search::TrialResult::Score& each : trial.scores) {
                Model<Net> model({.seed = 3});
                auto whole = options(trial.settings["rate"], stops);
                whole.epochs = each.budget;
                whole.verbose = false;
                fit(model, train, whole);
                CHECK(each.score == evaluate(model, test)["loss"]);
            }
        CHECK(std::exchange(counts.epochs, 0) > 0);
        CHECK(search(3).csv() == results.csv());
    }
}

TEST_CASE("Training: one that pauses before an epoch is over is judged by what there is") {
    const data::Dataset<> data = points(40, 1);
    const search::Training objective{
        data, data, [](const search::Settings& settings) {
            return Fit{.optimizer = optimizers::Adam{.learning_rate = settings["rate"]},
                       .batch_size = batch<8>,
                       .callbacks = callbacks::OnBatchEnd{[](auto& context) { context.pause(); }}};
        }};
    const search::Results results =
        search::run(search::Random{.trials = 2, .budget = 2}, search::Architectures<Net>{},
                    search::Space{search::Choice{"rate", {1e-2}}}, objective);
    CHECK(results.trials()[0].error.empty());
}

TEST_CASE("Training: a journal is of its network, data and options alone") {
    const TemporaryDirectory directory;
    const std::string path = directory / "journal";
    const data::Dataset<> train = points(40, 1), test = points(30, 2);
    const auto search = [&](auto networks, const data::Dataset<>& data, auto change) {
        const search::Training objective{data, test, [&](const search::Settings& settings) {
                                             auto fit = options(settings["rate"], false);
                                             change(fit);
                                             return fit;
                                         }};
        return search::run(search::Random{.trials = 2}, networks,
                           search::Space{search::LogUniform{"rate", 1e-3, 1e-1}}, objective,
                           {.journal = path});
    };
    const auto nothing = [](auto&) {};
    const auto refusal = [&](auto networks, const data::Dataset<>& data, auto change) {
        return error_of([&] { search(networks, data, change); });
    };
    const search::Results first = search(Net{}, train, nothing); // A network as a value.
    const search::Results again = search(search::Architectures<Net>{}, train, nothing);
    CHECK(again.csv() == first.csv());
    CHECK(again.from_journal().read == 2);
    const std::string expected = path + ": expected the journal of this search, whose ";
    using Other = Sequential<Input<2>, Dense<4>, Dense<3>>;
    CHECK(refusal(search::Architectures<Other>{}, train, nothing)
              .starts_with(expected + "network 1 is \"Sequential<Input<2>,Dense<4>,Dense<3>> "));
    CHECK(refusal(Net{}, points(41, 1), nothing)
              .starts_with(expected + "objective's training data is \"41 samples, whose sum is "));
    CHECK(refusal(Net{}, points(40, 5), nothing).starts_with(expected + "objective's training data is "));
    CHECK(refusal(Net{}, train, [](auto& fit) { fit.seed = 4; }) ==
          expected + "objective's seed is \"4\", got one whose objective's seed is \"3\"");
    CHECK(refusal(Net{}, train, [](auto& fit) {
              fit.loss.label_smoothing = 0.5;
          }).starts_with(expected + "objective's loss is "));
    CHECK(refusal(Net{}, train, [](auto& fit) {
              fit.optimizer.learning_rate = 1;
          }).starts_with(expected + "objective's learning rate is \"1\", got one whose "));
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
