#include "burin/validation.hpp"

#include "burin/layers/dense.hpp"

#include "support/error_of.hpp"
#include "support/points.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<3>>;

auto options(double learning_rate) {
    return Fit{.optimizer = optimizers::Adam{.learning_rate = learning_rate},
               .batch_size = batch<8>,
               .epochs = 5,
               .seed = 3,
               .verbose = false};
}

struct StopsAfterTwo {
    std::size_t epochs = 0;
    void on_epoch_end(auto& context) {
        if (++epochs == 2)
            context.stop();
    }
};

} // namespace

TEST_CASE("cross_validate: what fit and evaluate give for each fold, with the same bits on any threads") {
    const data::Dataset<> data = points(60, 1);
    const validation::Folds folds = validation::StratifiedKFold{.folds = 4}(data);
    const validation::Scores scores = [&] {
        const parallel::Threads one(1);
        return validation::cross_validate<Net>(data, validation::StratifiedKFold{.folds = 4}, options(0.05));
    }();
    REQUIRE(scores.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        Model<Net> model({.seed = 3});
        const History history = fit(model, data.subset(folds[i].train), options(0.05));
        const Evaluation result = evaluate(model, data.subset(folds[i].test));
        CHECK(scores["loss"][i] == result["loss"]);
        CHECK(scores["accuracy"][i] == result["accuracy"]);
        CHECK(scores.folds()[i].history["loss"] == history["loss"]);
        CHECK(scores.folds()[i].train == 45);
        CHECK(scores.folds()[i].test == 15);
    }
    CHECK(scores.mean("accuracy") > 0.8);
    const parallel::Threads three(3);
    const validation::Scores again = validation::cross_validate<Net>(data, folds, options(0.05));
    CHECK(again["loss"] == scores["loss"]);
    CHECK(report::text(again) == report::text(scores));
    CHECK(validation::cross_validate(Net{}, data, folds, options(0.05))["loss"] == scores["loss"]);
}

TEST_CASE("cross_validate: each fold has a copy of a callback that is given as a pointer") {
    StopsAfterTwo callback;
    const parallel::Threads three(3);
    const validation::Scores scores =
        validation::cross_validate<Net>(points(30, 1), validation::KFold{.folds = 3},
                                        Fit{.batch_size = batch<8>, .epochs = 9, .callbacks = &callback});
    for (const validation::FoldResult& fold : scores.folds())
        CHECK(fold.history.epochs() == 2);
    CHECK(callback.epochs == 0);
}

TEST_CASE("Scores: mean and spread, and a table") {
    const validation::Scores scores({{Evaluation({{"loss", 1}, {"accuracy", 0.5}}), {}, 1200, 30},
                                     {Evaluation({{"loss", 4}, {"accuracy", 1}}), {}, 1201, 29}});
    CHECK(scores.mean("loss") == 2.5);
    CHECK(scores.spread("loss") == 1.5);
    CHECK(report::text(scores) == "fold    trained on  tested on    loss  accuracy\n"
                                  "------  ----------  ---------  ------  --------\n"
                                  "1            1,200         30  1.0000    0.5000\n"
                                  "2            1,201         29  4.0000    1.0000\n"
                                  "------  ----------  ---------  ------  --------\n"
                                  "mean                           2.5000    0.7500\n"
                                  "spread                         1.5000    0.2500\n");
    CHECK(std::isnan(validation::Scores().mean("loss")));
    CHECK(error_of([&] { static_cast<void>(scores["recall"]); }) ==
          "Scores: expected a loss or metric that was measured (loss, accuracy), got 'recall'");
}

TEST_CASE("cross_validate: says in which fold something was wrong, and refuses folds that are none") {
    std::vector<float> inputs(20, 1.0f);
    inputs[13] = std::numeric_limits<float>::quiet_NaN();
    const data::Dataset<> data(Shape(2), std::move(inputs), std::vector<Label>(10));
    const std::string error =
        error_of([&] { validation::cross_validate<Net>(data, validation::KFold{.folds = 5}, options(0.1)); });
    CHECK(error.starts_with("cross_validate: fold 1: fit: "));
    CHECK(error_of([&] { validation::cross_validate<Net>(data, validation::Folds{}, options(0.1)); }) ==
          "folds: expected at least one, got none");
    CHECK(error_of([&] {
              validation::cross_validate<Net>(data, validation::Folds{{{0}, {}}}, options(0.1));
          }) == "folds: expected samples to train and to test on in fold 1, got none");
    CHECK(error_of([&] {
              validation::cross_validate<Net>(data, validation::Folds{{{0}, {10}}}, options(0.1));
          }) == "cross_validate: fold 1: Dataset: expected the number of a sample below 10, got 10");
}

TEST_CASE("nested_cross_validate: the candidate that the inner folds choose, on what they never saw") {
    const data::Dataset<> data = points(60, 1);
    const std::vector candidates{options(0), options(0.05), options(1e-4)};
    const validation::StratifiedKFold outer{.folds = 3}, inner{.folds = 2};
    const auto run = [&](std::size_t threads) {
        const parallel::Threads asked(threads);
        return validation::nested_cross_validate<Net>(data, outer, inner, candidates,
                                                      {.score = "accuracy", .highest = true});
    };
    const validation::NestedScores nested = run(1);
    CHECK(nested.chosen == std::vector<std::size_t>{1, 1, 1});
    const validation::Scores direct = validation::cross_validate<Net>(data, outer, candidates[1]);
    CHECK(nested.scores["loss"] == direct["loss"]);
    CHECK(run(4).scores["loss"] == direct["loss"]);
    CHECK(validation::nested_cross_validate<Net>(data, outer, inner, std::vector(2, candidates[1])).chosen ==
          std::vector<std::size_t>{0, 0, 0});
    CHECK(error_of([&] {
              validation::nested_cross_validate<Net>(data, outer, inner, std::vector<Fit<>>{});
          }) == "nested_cross_validate: expected at least one candidate, got none");
}

TEST_CASE("Fit: a share of the training data held out to validate on, the last ones") {
    const data::Dataset<> data = points(60, 1);
    const data::Dataset<> train = data.subset(0, 47), last = data.subset(47, 13);
    const auto with = [](auto validation) {
        return Fit{
            .batch_size = batch<8>, .epochs = 2, .validation = validation, .seed = 3, .verbose = false};
    };
    Model<Net> one({.seed = 1}), other({.seed = 1});
    const History held = fit(one, data, with(HeldOut{0.21})), given = fit(other, train, with(&last));
    CHECK(held["val_loss"] == given["val_loss"]);
    CHECK(one.parameters().values == other.parameters().values);
    for (const double share : {0.0, 1.0, -1.0, 0.999, std::numeric_limits<double>::quiet_NaN()})
        CHECK(error_of([&] { fit(one, data, with(HeldOut{share})); }) ==
              "fit: expected a share to hold out that leaves samples to train and to validate on, got " +
                  std::to_string(share) + " of 60");
}
