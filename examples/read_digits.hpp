#pragma once

#include <burin/burin.hpp>

#include "options.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

/// What the examples that read digits have in common: they learn MNIST (`--data DIRECTORY`), or the small
/// digits of 8 × 8 pixels that come with Burin, and fail if they do not reach their bar.
namespace read_digits {

/// How one kind of digits is learnt, and what must be read right of what was not trained on.
struct Task {
    std::size_t epochs;
    double learning_rate;
    double bar;
};

/// Whether the bar is reached; fewer epochs than the task's are a trial, which always does.
template <class Net, std::size_t BatchSize, class Data>
bool learn(const Data& train, const Data& test, const Task& task, std::size_t epochs) {
    using namespace burin;
    Model<Net> model({.seed = 1});
    report::print_summary<Net>();
    // The last fifth with a tenth of the rate: else the last epoch is a lucky one or not.
    const std::size_t last = (epochs + 4) / 5;
    const auto learn_for = [&](std::size_t some_epochs, double learning_rate) {
        fit(model, train,
            Fit{.loss = losses::SparseCategoricalCrossentropy{},
                .optimizer = optimizers::Adam{.learning_rate = learning_rate},
                .batch_size = batch<BatchSize>,
                .epochs = some_epochs,
                .validation = &test});
    };
    learn_for(epochs - last, task.learning_rate);
    learn_for(last, task.learning_rate / 10);
    const Evaluation result = evaluate(model, test);
    std::printf("test: %s\n", report::text(result).c_str());
    return epochs < task.epochs || result["accuracy"] >= task.bar;
}

/// The whole program.
template <class Mnist, class Small, std::size_t BatchSize>
int run(int argc, char** argv, const char* name, const Task& mnist, const Task& small) try {
    using namespace burin;
    const Options options(argc, argv, {{"--data", ""}, {"--epochs", ""}});
    const auto epochs = [&](const Task& task) {
        return options["--epochs"].empty() ? task.epochs : options.number("--epochs");
    };
    if (!options["--data"].empty()) {
        const auto [train, test] = data::load_mnist(options["--data"]);
        return learn<Mnist, BatchSize>(train, test, mnist, epochs(mnist)) ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    const auto [train, test] = data::load_digits(BURIN_EXAMPLE_DATA "/digits.csv").split(0.8, /*seed*/ 1);
    return learn<Small, BatchSize>(train, test, small, epochs(small)) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure(name);
}

} // namespace read_digits
