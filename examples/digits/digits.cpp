// Learns to read handwritten digits: 1,797 images of 8 × 8 pixels, a fifth of them held out.
#include <burin/burin.hpp>

#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace burin;

using Digits = Sequential<Input<8, 8>, Flatten, Dense<128>, ReLU, Dropout<0.2>, Dense<10>>;
static_assert(parameter_count<Digits> == 9'610);
static_assert(training_bytes<Digits, 32> <= 256 * 1024);

int main(int argc, char** argv) try {
    const Options options(
        argc, argv, {{"--data", BURIN_EXAMPLE_DATA "/digits.csv"}, {"--epochs", "40"}, {"--pictures", ""}});
    const std::size_t epochs = options.number("--epochs");

    const auto [train, test] = data::load_digits(options["--data"]).split(0.8, /*seed*/ 1);
    Model<Digits> model({.seed = 1});
    report::print_summary<Digits>();

    const History history = fit(model, train,
                                Fit{.loss = losses::SparseCategoricalCrossentropy{},
                                    .optimizer = optimizers::Adam{.learning_rate = 2e-3},
                                    .batch_size = batch<32>,
                                    .epochs = epochs,
                                    .validation = &test});

    // --pictures DIR: where every buffer of a training step lies and when, the network, and how training
    // went.
    if (const std::string& directory = options["--pictures"]; !directory.empty()) {
        report::save_svg(directory + "/memory.svg", report::memory_plan_svg<Digits, 32, recipes::training>());
        io::write_file(directory + "/network.dot", report::graph_dot<Digits>());
        report::save_svg(directory + "/training.svg",
                         report::svg_plot(history, std::vector<std::string>{"loss", "val_loss"}));
    }

    const Evaluation result = evaluate(model, test);
    std::printf("held out: %s\n", report::text(result).c_str());
    // With the usual 40 epochs it must read 97 of 100; a shorter run is a trial.
    return epochs < 40 || result["accuracy"] >= 0.97 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("digits");
}
