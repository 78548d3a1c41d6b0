#pragma once

#include <burin/burin.hpp>

#include "options.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

/// What the two programs have in common.
namespace quantization_aware {

/// Two layers without a bend other than a ReLU between them.
struct Layers {
    std::string first;
    std::string second;
};

/// Multiplies what the first unit of a layer gives, and divides what the next layer makes of it: the network
/// computes what it did, but the layer's outputs have a range that is so much larger.
template <class Net>
void stretch(burin::Model<Net>& model, const Layers& layers, float factor) {
    const auto weight = model[layers.first + ".weight"], bias = model[layers.first + ".bias"];
    const auto next = model[layers.second + ".weight"];
    for (std::size_t i = 0; i < weight.size(); i += bias.size())
        weight[i] *= factor;
    bias[0] *= factor;
    for (std::size_t i = 0; i < next.shape().last(); ++i)
        next[i] /= factor;
}

/// Trains a network, quantizes it, trains it on as the 8-bit network that it is to become, and quantizes
/// that. False if more than 0.2 points of accuracy are lost.
template <class Net, class Data>
bool compare(const Data& train, const Data& test, std::size_t float_epochs, const Layers& layers,
             const Options& options) {
    using namespace burin;
    const double learning_rate = options.real("--rate", 0, 1);
    const std::size_t epochs = options.number("--epochs");
    const auto stretched = static_cast<float>(options.real("--stretch", 0.001, 1000));
    Model<Net> model({.seed = options.number("--seed")});
    fit(model, train, Fit{.epochs = float_epochs, .verbose = false});
    stretch(model, layers, stretched);
    const double real = 100 * evaluate(model, test)["accuracy"];
    const auto ranges = calibrate(model, train.subset(0, 500));
    const double after = 100 * evaluate(*quantize(model, ranges), test)["accuracy"];

    // The whole of quantization-aware training.
    Model<QuantizationAware<Net>> aware;
    copy_parameters(model.parameters(), aware.parameters());
    fit(aware, train,
        Fit{.optimizer = optimizers::Adam{.learning_rate = learning_rate},
            .epochs = epochs,
            .verbose = false});
    copy_parameters(aware.parameters(), model.parameters());
    const auto network = quantize(model, ranges_of(aware.parameters()));

    const double with = 100 * evaluate(*network, test)["accuracy"];
    std::printf("float                                  %6.2f %%\n", real);
    std::printf("8 bits, quantized after training       %6.2f %%\n", after);
    std::printf("8 bits, quantization-aware training    %6.2f %%\n", with);
    return with >= real - 0.2;
}

/// The whole program; `load` gives the samples to train on and those to test with.
template <class Net, class Load>
int run(int argc, char** argv, const std::string& data, std::size_t float_epochs, const Layers& layers,
        Load load) try {
    const Options options(
        argc, argv,
        {{"--data", data}, {"--epochs", "5"}, {"--rate", "3e-4"}, {"--seed", "1"}, {"--stretch", "1"}});
    const auto [train, test] = load(options["--data"]);
    return compare<Net>(train, test, float_epochs, layers, options) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("quantization_aware");
}

} // namespace quantization_aware
