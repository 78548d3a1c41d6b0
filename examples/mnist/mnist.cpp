// The classic: 60,000 handwritten digits of 28 × 28 pixels, one hidden layer of 128 units.
#include <burin/burin.hpp>

#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <tuple>

using namespace burin;

using Mnist = Sequential<Input<28, 28>, Flatten, Dense<128>, ReLU, Dense<10>>;
static_assert(parameter_count<Mnist> == 101'770);

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--data", ""}, {"--epochs", "10"}, {"--save", ""}, {"--plot", ""}});
    const std::size_t epochs = options.number("--epochs");
    if (options["--data"].empty()) {
        std::fputs("usage: mnist --data DIRECTORY [--epochs N] [--save FILE.safetensors] [--plot FILE.svg]\n"
                   "The directory holds train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                   "t10k-images-idx3-ubyte and\n"
                   "t10k-labels-idx1-ubyte, plain or with .gz.\n",
                   stderr);
        return EXIT_FAILURE;
    }

    const auto [train, test] = data::load_mnist(options["--data"]);
    Model<Mnist> model({.seed = 1});
    report::print_summary<Mnist>();

    const History history = fit(model, train,
                                Fit{.loss = losses::SparseCategoricalCrossentropy{},
                                    .optimizer = optimizers::Adam{},
                                    .batch_size = batch<32>,
                                    .epochs = epochs,
                                    .validation = &test,
                                    .metrics = std::tuple{metrics::Accuracy{}}});
    const Evaluation result = evaluate(model, test);
    std::printf("test: %s\n", report::text(result).c_str());

    if (!options["--save"].empty())
        io::save(options["--save"], model);
    if (!options["--plot"].empty()) {
        const std::string lines[] = {"accuracy", "val_accuracy"};
        report::save_svg(options["--plot"],
                         report::svg_plot(history, lines, {.title = "MNIST", .y_label = "accuracy"}));
    }
    return epochs < 10 || result["accuracy"] >= 0.975 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("mnist");
}
