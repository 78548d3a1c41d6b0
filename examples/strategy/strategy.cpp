// How to train, from first to last, on handwritten digits: a range test finds a learning rate, one cycle of
// rates trains, the weights of its best epoch stay, and a page shows how it went.
#include <burin/burin.hpp>
#include <burin/callbacks/early_stopping.hpp>
#include <burin/evaluation/classification.hpp>
#include <burin/report/html.hpp>
#include <burin/report/range_plot.hpp>
#include <burin/training/range_test.hpp>

#include "options.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace burin;

using Digits = Sequential<Input<8, 8>, Flatten, Dense<128>, ReLU, Dropout<0.2>, Dense<10>>;

int main(int argc, char** argv) try {
    const Options options(
        argc, argv, {{"--data", BURIN_EXAMPLE_DATA "/digits.csv"}, {"--epochs", "30"}, {"--report", ""}});
    const std::size_t epochs = options.number("--epochs");

    // What decides how to train is measured on the validation data; the test data are for the last figure.
    const auto [known, test] = data::load_digits(options["--data"]).split(0.8, /*seed*/ 1);
    const auto [train, validation] = known.split(0.85, /*seed*/ 2);
    Model<Digits> model({.seed = 1});

    // 1. A rate: that at which the loss of a copy of the model falls fastest, and not yet diverges.
    const optimizers::AdamW optimizer{.weight_decay = 1e-2};
    const RangeTest range =
        find_learning_rate(model, train, Fit{.optimizer = optimizer, .batch_size = batch<32>},
                           {.from = 1e-5, .to = 1, .steps = 150});
    const double rate = range.steepest();
    std::printf("range test: %zu batches, the loss falls fastest at a rate of %.2g\n", range.rates.size(),
                rate);

    // 2. One cycle: up to that rate and down to nothing, or until nothing gets better for a third of it. The
    // model ends with the weights that were best on the validation data.
    const std::size_t batches = (train.size() + 31) / 32;
    callbacks::EarlyStopping stopping{.patience = (epochs + 2) / 3, .restore_best_weights = true};
    const History history =
        fit(model, train,
            Fit{.optimizer = optimizer,
                .schedule = schedules::OneCycle{.learning_rate = rate,
                                                .steps = std::max<std::size_t>(1, epochs * batches)},
                .batch_size = batch<32>,
                .epochs = epochs,
                .validation = &validation,
                .callbacks = &stopping});
    std::printf("%zu of %zu epochs, the best was epoch %zu\n", history.epochs(), epochs, stopping.best_epoch);
    const Evaluation result = evaluate(model, test);
    std::printf("held out: %s\n", report::text(result).c_str());

    // 3. --report PAGE.html: the curves, what was read wrong, the network and its memory.
    if (const std::string& page = options["--report"]; !page.empty())
        report::html(page, report::Title{"Digits"},
                     report::Section{"Range test", report::svg_plot(range, {.y_label = "loss"})}, history,
                     result, evaluation::classification(model, test), report::mistakes(model, test),
                     report::network<Digits>(), report::timings(model, test));

    // With the usual 30 epochs it must read 97 of 100; a shorter run is a trial.
    return epochs < 30 || result["accuracy"] >= 0.97 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("strategy");
}
