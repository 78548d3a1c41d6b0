#include "burin/data/dataset.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/training/fit.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<7>, Tanh, Dropout<0.1>, Dense<2>>;

/// 37 points, in batches of 8: the last one has 5.
data::Dataset<> points() {
    std::vector<float> inputs = random_numbers<float>(2 * 37, 3, -1, 1);
    std::vector<Label> labels(37);
    for (std::size_t i = 0; i < 37; ++i)
        labels[i] = inputs[2 * i] > inputs[2 * i + 1];
    return {Shape{2}, inputs, labels};
}
const data::Dataset<> train = points(), test = train.subset(0, 20);

/// Writes down what it is called for, and asks for an end where it is told.
struct Scribe {
    enum class Ask { nothing, stop, pause };

    std::string* text;
    std::string name;
    Ask ask = Ask::nothing;
    std::uint64_t at = 0;      ///< After how many steps it asks;
    bool in_the_epoch = false; ///< in the batch, or at the end of the epoch.

    template <class Context>
    void on_fit_begin(Context& context) {
        *text += name + (context.is_continued() ? "continue " : "begin ");
    }
    template <class Context>
    void on_epoch_begin(Context& context) {
        *text +=
            name + "epoch" + std::to_string(context.epoch()) + "/" + std::to_string(context.epochs()) + " ";
    }
    template <class Context>
    void on_batch_end(Context& context) {
        *text += name + std::to_string(context.batch()) + "/" + std::to_string(context.batches()) + ":" +
                 std::to_string(context.samples()) + " ";
        if (in_the_epoch && context.step() == at)
            demand(context);
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        *text += name + "end" + std::to_string(context.epoch()) + ":" + std::to_string(context.samples()) +
                 ":" + std::to_string(context.history().epochs()) + " ";
        if (!in_the_epoch && context.step() == at)
            demand(context);
    }
    template <class Context>
    void on_fit_end(Context&) {
        *text += name + "done\n";
    }

  private:
    template <class Context>
    void demand(Context& context) {
        if (ask == Ask::stop)
            context.stop();
        if (ask == Ask::pause)
            context.pause();
    }
};

struct Last {
    static constexpr bool runs_last = true;
    std::string* text;
    template <class Context>
    void on_epoch_end(Context&) {
        *text += "last ";
    }
};

/// The rate that PyTorch's users know as 1 / (1 + decay · step).
struct Falling {
    double operator()(std::uint64_t step) const noexcept {
        return 0.05 / (1 + 0.1 * static_cast<double>(step));
    }
};

struct Asks {
    template <class Context>
    void on_epoch_end(Context& context) {
        (void)context.value("val_f1");
    }
};

struct Names {
    std::vector<std::string>* names;
    template <class Context>
    void on_fit_begin(Context& context) {
        *names = context.names();
    }
};

struct Rates {
    std::vector<double>* seen;
    template <class Context>
    void on_batch_end(Context& context) {
        seen->push_back(context.learning_rate());
    }
};

template <class Callbacks>
auto options(const Callbacks& callbacks, std::size_t epochs = 3) {
    return Fit{.optimizer = optimizers::Adam{},
               .schedule = Falling{},
               .batch_size = batch<8>,
               .epochs = epochs,
               .validation = &test,
               .callbacks = callbacks,
               .seed = 5,
               .verbose = false};
}

std::vector<float> values(const Model<Net>& model) {
    return {model.parameters().data(), model.parameters().data() + parameter_count<Net>};
}
std::vector<double> numbers(const History& history) {
    std::vector<double> all;
    for (const auto& series : history.series())
        all.insert(all.end(), series.values.begin(), series.values.end());
    return all;
}

/// Sets the rate after an epoch.
struct Sets {
    double rate;
    void on_epoch_end(auto& context) { context.set_learning_rate(rate); }
};

} // namespace

TEST_CASE("callbacks: are called in their order, those that run last after the others") {
    std::string text;
    Model<Net> model({.seed = 1});
    Scribe second{&text, "b"};
    fit(model, train.subset(0, 10), options(std::tuple{Last{&text}, Scribe{&text, "a"}, &second}, 1));
    CHECK(text ==
          "abegin bbegin aepoch1/1 bepoch1/1 a1/2:8 b1/2:8 a2/2:10 b2/2:10 aend1:10:1 bend1:10:1 last "
          "adone\nbdone\n");
}

TEST_CASE("callbacks: one alone needs no tuple, a pointer tells afterwards, a null one is nothing") {
    std::string text;
    Scribe scribe{&text, "p"};
    Model<Net> model({.seed = 1});
    fit(model, train, options(&scribe, 1));
    CHECK(text == "pbegin pepoch1/1 p1/5:8 p2/5:16 p3/5:24 p4/5:32 p5/5:37 pend1:37:1 pdone\n");
    text.clear();
    fit(model, train, options(static_cast<Scribe*>(nullptr), 1));
    CHECK(text.empty());
}

TEST_CASE("callbacks: change no bit of a training") {
    std::string text;
    Model<Net> with({.seed = 1}), without({.seed = 1});
    const History first = fit(with, train, options(Scribe{&text, ""}));
    const History second = fit(without, train, options(std::tuple{}));
    CHECK(values(with) == values(without));
    CHECK(numbers(first) == numbers(second));
}

TEST_CASE("callbacks: stop ends an epoch at its batch, which is measured and told, and the run") {
    std::string text;
    Model<Net> model({.seed = 1});
    Session session(model, options(Scribe{&text, "", Scribe::Ask::stop, 7, true}));
    const History history = session.run(train);
    CHECK(
        text ==
        "begin epoch1/3 1/5:8 2/5:16 3/5:24 4/5:32 5/5:37 end1:37:1 epoch2/3 1/5:8 2/5:16 end2:16:2 done\n");
    CHECK(history.epochs() == 2);
    CHECK(history["val_loss"].size() == 2);
    CHECK(session.epoch() == 2);
    // The run is over: the next one has epochs of its own.
    text.clear();
    CHECK(session.run(train).epochs() == 3);
    CHECK(text.starts_with("begin epoch3/5 1/5:8 "));
}

TEST_CASE("callbacks: stop at the end of an epoch ends the run there") {
    std::string text;
    Model<Net> model({.seed = 1});
    Session session(model, options(Scribe{&text, "", Scribe::Ask::stop, 5}));
    CHECK(session.run(train).epochs() == 1);
    CHECK(text.ends_with("5/5:37 end1:37:1 done\n"));
    CHECK(session.position().last_epoch == 1);
}

TEST_CASE("callbacks: a run that pauses, at any batch, goes on with the same bits") {
    std::string text;
    Model<Net> whole({.seed = 1});
    const History expected = fit(whole, train, options(Scribe{&text, ""}));
    for (const std::uint64_t at : {1u, 4u, 5u, 8u, 14u, 15u}) {
        Model<Net> model({.seed = 1});
        Session session(model, options(Scribe{&text, "", Scribe::Ask::pause, at, true}));
        (void)session.run(train);
        CHECK(session.trainer().steps() == at);
        text.clear();
        const History history = at < 15 ? session.run(train) : session.history();
        CHECK(values(model) == values(whole));
        CHECK(numbers(history) == numbers(expected));
        if (at < 15)
            CHECK(text.starts_with(at % 5 == 0 ? "continue epoch" + std::to_string(at / 5 + 1) + "/3 1/5:8 "
                                               : "continue epoch" + std::to_string(at / 5 + 1) + "/3 " +
                                                     std::to_string(at % 5 + 1) + "/5:"));
    }
}

TEST_CASE("callbacks: what another session takes over at a batch makes it go on with the same bits") {
    std::string text;
    Model<Net> whole({.seed = 1});
    const History expected = fit(whole, train, options(Scribe{&text, ""}));
    Model<Net> model({.seed = 1});
    Session first(model, options(Scribe{&text, "", Scribe::Ask::pause, 7, true}));
    (void)first.run(train);
    Model<Net> other({.seed = 2});
    Session second(other, options(std::tuple{}));
    std::copy_n(model.parameters().data(), parameter_count<Net>, other.parameters().data());
    const auto state = first.trainer().optimizer_state();
    std::copy(state.begin(), state.end(), second.trainer().optimizer_state().begin());
    second.trainer().resume(first.trainer().steps());
    second.resume(first.position(), first.history(), first.measured());
    const History history = second.run(train);
    CHECK(values(other) == values(whole));
    CHECK(numbers(history) == numbers(expected));
}

TEST_CASE("Session: in the middle of an epoch refuses a data set of another size") {
    std::string text;
    Model<Net> model({.seed = 1});
    Session session(model, options(Scribe{&text, "", Scribe::Ask::pause, 2, true}));
    (void)session.run(train);
    CHECK(error_of([&] { (void)session.run(test); }) ==
          "fit: expected the 37 samples in whose middle the run stopped, got 20");
}

TEST_CASE("callbacks: a value that is not measured is named with those that are") {
    Model<Net> model({.seed = 1});
    CHECK(error_of([&] { fit(model, train, options(Asks{})); }) ==
          "fit: expected a loss or metric that is measured (loss, accuracy, val_loss, val_accuracy), got "
          "'val_f1'");
}

TEST_CASE("callbacks: what will be measured has its names before the first epoch") {
    std::vector<std::string> names;
    Model<Net> model({.seed = 1});
    auto how = options(Names{&names}, 1);
    CHECK(fit(model, train, how).series().size() == 4);
    CHECK(names == std::vector<std::string>{"loss", "accuracy", "val_loss", "val_accuracy"});
    how.validation = nullptr;
    CHECK(fit(model, train, how).series().size() == 2);
    CHECK(names == std::vector<std::string>{"loss", "accuracy"});
}

TEST_CASE("callbacks: what is none is told how it becomes one") {
    using Context = fitting::CallbackContext<Session<Net, float, decltype(options(std::tuple{}))>>;
    const auto told = []<class T>(const T&) {
        return std::string(detail::ExaminedCallback<T, Context>::problem.view());
    };
    const std::string function =
        "Fit: .callbacks: expected a function inside of what says when to call it, as "
        "in `.callbacks = callbacks::OnEpochEnd{[](auto& context) {…}}` "
        "(<burin/callbacks.hpp>), got `";
    CHECK(told([](auto& context) { context.stop(); }).starts_with(function));
    CHECK(told([](int) {}).starts_with(function));
    CHECK(told(std::vector<Asks>{})
              .starts_with(
                  "Fit: .callbacks: expected a tuple, since each callback has a type of its own, as in "
                  "`.callbacks = std::tuple{callbacks::EarlyStopping{}, &mine}`, got `"));
    CHECK(told(Asks{}) == "");
}

TEST_CASE("fit: a schedule sets the rate of each step, and a rate that is no number is refused") {
    std::vector<double> seen;
    Model<Net> model({.seed = 1});
    fit(model, train, options(Rates{&seen}, 2));
    REQUIRE(seen.size() == 10);
    for (std::size_t step = 0; step < seen.size(); ++step)
        CHECK(seen[step] == Falling{}(step));
    struct Wrong {
        double operator()(std::uint64_t) const { return -1; }
    };
    CHECK(error_of([&] { fit(model, train, Fit{.schedule = Wrong{}, .verbose = false}); }) ==
          "fit: .schedule: expected a finite number of at least 0, got -1.000000");
    // Also one that becomes so, before it spoils the weights.
    const auto later = [](std::uint64_t step) { return step < 7 ? 1e-3 : HUGE_VAL; };
    CHECK(error_of([&] { fit(model, train, Fit{.schedule = later, .epochs = 9, .verbose = false}); }) ==
          "fit: .schedule: expected a finite number of at least 0, got inf");
    CHECK(std::ranges::all_of(values(model), [](float value) { return std::isfinite(value); }));
}

TEST_CASE("callbacks: a rate that they set and that is no number is refused") {
    for (const double rate : {std::nan(""), HUGE_VAL, -1.0}) {
        Model<Net> model({.seed = 1});
        CHECK(error_of([&] {
                  fit(model, train, options(Sets{rate}, 1));
              }).starts_with("fit: set_learning_rate: expected a finite number of at least 0, got "));
    }
    Model<Net> model({.seed = 1});
    CHECK(error_of([&] { fit(model, train, options(Sets{0}, 1)); }) == "(nothing was thrown)");
}

TEST_CASE("Trainer: with a schedule it has the bits of one whose rate is set by hand") {
    Model<Net> one({.seed = 1}), two({.seed = 1});
    using T = Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 8>;
    const auto scheduled = std::make_unique<T>(one.parameters()),
               by_hand = std::make_unique<T>(two.parameters());
    const std::vector<float> x = random_numbers<float>(16, 4, -1, 1);
    const std::vector<Label> labels{0, 1, 1, 0, 1, 0, 0, 1};
    for (std::uint64_t step = 0; step < 5; ++step) {
        scheduled->step(x, labels, Falling{});
        by_hand->optimizer.learning_rate = Falling{}(step);
        by_hand->step(x, labels);
    }
    CHECK(values(one) == values(two));
}
