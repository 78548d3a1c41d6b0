#pragma once

#include <burin/burin.hpp>

#include "options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

/// What the two programs have in common.
namespace comparison {

/// Microseconds that one inference takes, on average over `count`.
template <class Function>
double microseconds(std::size_t count, Function infer) {
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i)
        infer(i);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    return time.count() / static_cast<double>(count);
}

/// Trains a network, quantizes it and prints both side by side. False if more than half a point of accuracy
/// is lost.
template <class Net, class Data>
bool compare(const Data& train, const Data& test, std::size_t epochs, const std::string& header) {
    using namespace burin;
    Model<Net> model({.seed = 1});
    fit(model, train, Fit{.epochs = epochs, .verbose = false});

    // The whole of post-training quantization.
    const auto ranges = calibrate(model, train.subset(0, 500));
    const auto network = quantize(model, ranges);

    const double real = 100 * evaluate(model, test)["accuracy"];
    const double integer = 100 * evaluate(*network, test)["accuracy"];
    if (!header.empty())
        io::export_header(header, *network,
                          {.name_space = "digits", .network = "::Digits", .include = "network.hpp"});

    constexpr std::size_t features = input_shape<Net>.size();
    const std::size_t count = test.size();
    std::vector<std::int8_t> inputs(count * features);
    for (std::size_t i = 0; i < count; ++i)
        quantize(test.input(i), network->inputs[0], std::span(inputs).subspan(i * features, features));
    static Predictor<Net> predictor;
    static QuantizedPredictor<Net> quantized_predictor;
    const double real_time =
        microseconds(count, [&](std::size_t i) { predictor(model.parameters(), test.input(i)); });
    const double integer_time = microseconds(count, [&](std::size_t i) {
        quantized_predictor(*network, std::span<const std::int8_t>(inputs).subspan(i * features, features));
    });

    std::printf("              float       8 bits\n");
    std::printf("accuracy   %6.2f %%     %6.2f %%\n", real, integer);
    std::printf("constants  %8zu     %8zu bytes\n", sizeof(float) * stored_count<Net>, quantized_bytes<Net>);
    std::printf("arena      %8zu     %8zu bytes\n", sizeof(predictor), sizeof(quantized_predictor));
    std::printf("time       %8.2f     %8.2f us an inference (%s, %s)\n", real_time, integer_time,
                std::string(kernels::architecture).c_str(), std::string(kernels::int8_architecture).c_str());
    return integer >= real - 0.5;
}

/// The whole program; `load` gives the samples to train on and those to test with.
template <class Net, class Load>
int run(int argc, char** argv, const std::string& data, std::size_t epochs, Load load) try {
    const Options options(argc, argv, {{"--data", data}, {"--header", ""}});
    const auto [train, test] = load(options["--data"]);
    return compare<Net>(train, test, epochs, options["--header"]) ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("quantize");
}

} // namespace comparison
