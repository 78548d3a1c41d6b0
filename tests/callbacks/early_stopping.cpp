#include "burin/callbacks/early_stopping.hpp"

#include "support/error_of.hpp"
#include "support/told_context.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace burin;
using callbacks::EarlyStopping;

namespace {

constexpr double not_number = std::numeric_limits<double>::quiet_NaN();

/// Tells the values of epochs until the callback stops; the model's weight is the epoch. Returns the last
/// epoch.
std::size_t told(EarlyStopping& stopping, ToldModel& model, const std::vector<double>& values,
                 const std::string& name = "val_loss") {
    ToldContext context(model);
    context.last = values.size();
    context.measured = {{"loss", 1}, {name, 0}};
    stopping.on_fit_begin(context);
    for (context.now = 1;; ++context.now) {
        model.own.values = {static_cast<float>(context.now)};
        context.measured = {{"loss", 1}, {name, values[context.now - 1]}};
        stopping.on_epoch_end(context);
        if (context.is_stopping())
            break;
    }
    stopping.on_fit_end(context);
    return context.now;
}
std::size_t told(EarlyStopping stopping, const std::vector<double>& values,
                 const std::string& name = "val_loss") {
    ToldModel model;
    return told(stopping, model, values, name);
}

} // namespace

// What each gives under Keras 3 follows from its rule: wait counts the epochs since the last improvement, and
// the first that reaches patience stops, but for the very first epoch.
TEST_CASE("EarlyStopping: stops after as many epochs as patience without getting better") {
    const std::vector<double> values{5, 4, 4.5, 3, 3.5, 3.25, 3.125, 3};
    CHECK(told({}, values) == 3);
    CHECK(told({.patience = 1}, values) == 3);
    CHECK(told({.patience = 2}, values) == 6);
    CHECK(told({.patience = 3}, values) == 7);
    CHECK(told({.patience = 9}, values) == 8);
    CHECK(told({}, {1, 1, 1}) == 2);
}

TEST_CASE("EarlyStopping: min_delta is what a change has to exceed") {
    CHECK(told({.min_delta = 0.5}, {5, 4.5, 4}) == 2);
    CHECK(told({.min_delta = 0.5}, {5, 4.25, 4}) == 3);
    CHECK(told({.min_delta = -0.5}, {5, 4.25, 4}) == 3);
}

TEST_CASE("EarlyStopping: the larger is better where the name or mode says so") {
    CHECK(told({.monitor = "val_accuracy", .patience = 1}, {0.5, 0.75, 0.625, 0.875}, "val_accuracy") == 3);
    CHECK(told({.monitor = "m", .patience = 1, .mode = callbacks::Mode::max}, {1, 2, 3, 2, 5}, "m") == 4);
    CHECK(told({.monitor = "m", .patience = 1, .mode = callbacks::Mode::min}, {1, 2, 3}, "m") == 2);
    CHECK(callbacks::detail::mode_of_name("val_box_loss") == callbacks::Mode::min);
    CHECK(callbacks::detail::mode_of_name("mean_absolute_error") == callbacks::Mode::min);
    CHECK(callbacks::detail::mode_of_name("top_k_accuracy") == callbacks::Mode::max);
    CHECK(error_of([] { told({.monitor = "m"}, {1}, "m"); }) ==
          "callbacks::EarlyStopping: expected a mode, as in `.mode = callbacks::Mode::max`, got none, and "
          "'m' does "
          "not say whether more of it is better");
}

TEST_CASE("EarlyStopping: patience is used up until the baseline is beaten, too") {
    CHECK(told({.patience = 3, .baseline = 2}, {5, 4, 3, 2.5, 2.25, 2.125}) == 6);
    CHECK(told({.patience = 3, .baseline = 2}, {5, 4, 3, 3.5, 1}) == 4);
    CHECK(told({.patience = 3, .baseline = 2}, {5, 4, 1, 3.5, 3.5, 3.5, 3.5}) == 6);
}

TEST_CASE("EarlyStopping: epochs at the start do not count, and NaN is never better") {
    CHECK(told({.patience = 1, .start_from_epoch = 3}, {1, 2, 3, 4, 5, 6}) == 5);
    CHECK(told({.patience = 2}, {not_number, not_number, 1, not_number, not_number, not_number}) == 2);
    CHECK(told({.patience = 3}, {not_number, 1, not_number, not_number, not_number, not_number}) == 5);
}

TEST_CASE("EarlyStopping: the best weights come back, also where nothing stopped the training") {
    ToldModel model;
    EarlyStopping stopping{.patience = 2, .restore_best_weights = true};
    CHECK(told(stopping, model, {5, 4, 4.5, 4.5, 4.5}) == 4);
    CHECK(model.own.values == std::vector<float>{2});
    CHECK(stopping.best == 4);
    CHECK(stopping.best_epoch == 2);
    CHECK(stopping.stopped_epoch == 4);
    // It forgets them in the next run.
    CHECK(told(stopping, model, {9, 8, 8.5}) == 3);
    CHECK(model.own.values == std::vector<float>{2});
    CHECK(stopping.best == 8);
    CHECK(stopping.stopped_epoch == 0);
    // As in Keras, the first that counts where none is better than nothing.
    CHECK(told(stopping, model, {not_number, not_number, not_number}) == 2);
    CHECK(model.own.values == std::vector<float>{1});
    // One that pauses keeps what it has.
    ToldContext context(model);
    stopping.best_weights = {7};
    stopping.on_fit_end(context);
    CHECK(model.own.values == std::vector<float>{1});
}

TEST_CASE("EarlyStopping: a checkpoint has all that it found; others are refused") {
    ToldModel model;
    EarlyStopping stopping{.patience = 3, .restore_best_weights = true};
    told(stopping, model, {5, 4, 4.5});
    callbacks::State state;
    stopping.save(state);
    EarlyStopping other{.patience = 3, .restore_best_weights = true};
    other.load(state);
    ToldContext context(model);
    context.continued = true;
    context.now = 4;
    context.measured = {{"val_loss", 0}};
    other.on_fit_begin(context);
    for (; !context.stopping; ++context.now) {
        model.own.values = {static_cast<float>(context.now)};
        context.measured = {{"val_loss", 6}};
        other.on_epoch_end(context);
    }
    CHECK(other.stopped_epoch == 5);
    other.on_fit_end(context);
    CHECK(model.own.values == std::vector<float>{2});

    CHECK(error_of([&] { other.load({}); }) ==
          "callbacks::EarlyStopping: expected 3 numbers of 'epochs' in a checkpoint, got none");
    state["epochs"] = {-1, 1e300, not_number};
    state["best_weights"] = {1, 2};
    other.load(state);
    CHECK(other.best_epoch == 0);
    CHECK(other.waited == 0);
    CHECK(error_of([&] { other.on_fit_end(context); }) ==
          "callbacks::EarlyStopping: expected 1 best weights in the checkpoint, got 2");
}

TEST_CASE("EarlyStopping: what is not measured is an Error that names what is") {
    CHECK(error_of([] { told({}, {1}, "accuracy"); }) ==
          "callbacks::EarlyStopping: expected 'val_loss' among what is measured, got loss, accuracy; what "
          "begins with "
          "'val_' needs `Fit{.validation = &data}`");
    // Before the first epoch, and before it asks which way is better.
    ToldModel model;
    ToldContext context(model);
    context.measured = {{"loss", 1}};
    EarlyStopping own{.monitor = "own"};
    CHECK(error_of([&] { own.on_fit_begin(context); }) ==
          "callbacks::EarlyStopping: expected 'own' among what is measured, got loss");
}
