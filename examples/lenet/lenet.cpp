// LeNet-5, a convolutional network (LeCun et al., 1998), with today's activations and pooling: reads MNIST
// (`--data DIRECTORY`), or the small digits of 8 × 8 pixels that come with Burin.
#include <burin/burin.hpp>

#include "options.hpp"

#include <cstdio>
#include <cstdlib>

using namespace burin;

using LeNet = Sequential<Input<28, 28, 1>,                       //
                         Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, // [14, 14, 6]
                         Conv2D<16, 5>, ReLU, MaxPool2D<2>,      // [5, 5, 16]
                         Flatten, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;
static_assert(parameter_count<LeNet> == 61'706);

/// For 8 × 8 pixels, with smaller kernels, and for few images, with dropout.
using SmallLeNet = Sequential<Input<8, 8, 1>,                          //
                              Conv2D<6, 3, Same>, ReLU, MaxPool2D<2>,  // [4, 4, 6]
                              Conv2D<16, 3, Same>, ReLU, MaxPool2D<2>, // [2, 2, 16]
                              Flatten, Dropout<0.3>, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;

/// Accuracy on what was not trained on.
template <class Net, class Data>
double learn(const Data& train, const Data& test, std::size_t epochs, double learning_rate) {
    Model<Net> model(/*seed*/ 1);
    report::print_summary<Net>();
    fit(model, train,
        Fit{.loss = losses::SparseCategoricalCrossentropy{},
            .optimizer = optimizers::Adam{.learning_rate = learning_rate},
            .batch_size = batch<32>,
            .epochs = epochs,
            .validation = &test});
    const Evaluation result = evaluate(model, test);
    std::printf("test: %s\n", report::text(result).c_str());
    return result["accuracy"];
}

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--data", ""}, {"--epochs", ""}});
    const auto epochs = [&](std::size_t usual) {
        return options["--epochs"].empty() ? usual : options.number("--epochs");
    };
    // With the usual epochs it must read 98.9 of 100 of MNIST, and 97 of the small ones; fewer are a trial.
    if (!options["--data"].empty()) {
        const auto [train, test] = data::load_mnist(options["--data"]);
        const double accuracy = learn<LeNet>(train, test, epochs(5), 1e-3);
        return epochs(5) < 5 || accuracy >= 0.989 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    const auto [train, test] = data::load_digits(BURIN_EXAMPLE_DATA "/digits.csv").split(0.8, /*seed*/ 1);
    const double accuracy = learn<SmallLeNet>(train, test, epochs(30), 2e-3);
    return epochs(30) < 30 || accuracy >= 0.97 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const Error& error) {
    std::fprintf(stderr, "lenet: %s\n", error.what());
    return EXIT_FAILURE;
}
