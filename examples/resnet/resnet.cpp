// A small residual network (He et al., arXiv:1512.03385): reads MNIST (`--data DIRECTORY`), or the small
// digits of 8 × 8 pixels that come with Burin.
#include <burin/burin.hpp>

#include "options.hpp"

#include <cstdio>
#include <cstdlib>

using namespace burin;

/// A convolution without bias, which the normalisation behind it has.
template <std::size_t Filters, class... Options>
using Convolution = Sequential<Conv2D<Filters, 3, Same, NoBias, Options...>, BatchNorm<>>;

/// Two convolutions, and the image that they add to.
template <std::size_t Filters>
using PlainBlock = Sequential<Residual<Convolution<Filters>, ReLU, Convolution<Filters>>, ReLU>;

/// As a block, but gives half as many pixels each way.
template <std::size_t Filters>
using HalvingBlock =
    Sequential<Parallel<Add, Sequential<Convolution<Filters, Stride<2>>, ReLU, Convolution<Filters>>,
                        Sequential<Conv2D<Filters, 1, Stride<2>, NoBias>, BatchNorm<>>>,
               ReLU>;

template <class Image>
using ResNet = Sequential<Image, Convolution<8>, ReLU, PlainBlock<8>, HalvingBlock<16>, HalvingBlock<32>,
                          GlobalAveragePool2D, Dense<10>>;

/// Accuracy on what was not trained on.
template <class Net, class Data>
double learn(const Data& train, const Data& test, std::size_t epochs) {
    Model<Net> model(/*seed*/ 1);
    report::print_summary<Net>();
    fit(model, train,
        Fit{.loss = losses::SparseCategoricalCrossentropy{},
            .optimizer = optimizers::Adam{.learning_rate = 2e-3},
            .batch_size = batch<64>,
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
    // With the usual epochs it must read 98.5 of 100 of MNIST, and 97 of the small ones; fewer are a trial.
    if (!options["--data"].empty()) {
        const auto [train, test] = data::load_mnist(options["--data"]);
        const double accuracy = learn<ResNet<Input<28, 28, 1>>>(train, test, epochs(3));
        return epochs(3) < 3 || accuracy >= 0.985 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    const auto [train, test] = data::load_digits(BURIN_EXAMPLE_DATA "/digits.csv").split(0.8, /*seed*/ 1);
    const double accuracy = learn<ResNet<Input<8, 8, 1>>>(train, test, epochs(15));
    return epochs(15) < 15 || accuracy >= 0.97 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const Error& error) {
    std::fprintf(stderr, "resnet: %s\n", error.what());
    return EXIT_FAILURE;
}
