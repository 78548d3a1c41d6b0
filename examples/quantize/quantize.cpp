// Quantizes a trained network: 8-bit integers instead of floats, a quarter of the bytes. Reads MNIST (`--data
// DIRECTORY`), or the small digits of 8 × 8 pixels that come with Burin; `--header FILE` writes what a
// microcontroller runs.
#include <burin/burin.hpp>

#include "options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

using namespace burin;

using LeNet = Sequential<Input<28, 28, 1>, Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 5>, ReLU,
                         MaxPool2D<2>, Flatten, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;

using SmallLeNet = Sequential<Input<8, 8, 1>, Conv2D<6, 3, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 3, Same>,
                              ReLU, MaxPool2D<2>, Flatten, Dropout<0.3>, Dense<64>, ReLU, Dense<10>>;

// The budget is part of the program: a network that needs more does not compile.
static_assert(quantized_bytes<SmallLeNet> <= 8 * 1024);       // flash
static_assert(quantized_arena_bytes<SmallLeNet> <= 1 * 1024); // RAM
static_assert(quantized_bytes<LeNet> <= 64 * 1024);
static_assert(quantized_arena_bytes<LeNet> <= 8 * 1024);

namespace {

/// Microseconds that one inference takes, on average over `count`.
template <class Function>
double microseconds(std::size_t count, Function infer) {
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < count; ++i)
        infer(i);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    return time.count() / static_cast<double>(count);
}

template <class Net, class Data>
bool compare(const Data& train, const Data& test, std::size_t epochs, const std::string& header) {
    Model<Net> model(/*seed*/ 1);
    fit(model, train, Fit{.epochs = epochs, .verbose = false});

    // The whole of post-training quantization.
    const auto ranges = calibrate(model, train.subset(0, 500));
    const auto network = quantize(model.parameters(), ranges);

    const double real = 100 * evaluate(model, test)["accuracy"];
    const double integer = 100 * evaluate(network, test)["accuracy"];
    if (!header.empty())
        io::export_header(header, network,
                          {.name_space = "digits", .network = "::Digits", .include = "network.hpp"});

    constexpr std::size_t features = input_shape<Net>.size();
    const std::size_t count = test.size();
    std::vector<std::int8_t> inputs(count * features);
    for (std::size_t i = 0; i < count; ++i)
        quantize(test.input(i), network.inputs[0], std::span(inputs).subspan(i * features, features));
    static Predictor<Net> predictor;
    static QuantizedPredictor<Net> quantized_predictor;
    const double real_time =
        microseconds(count, [&](std::size_t i) { predictor(model.parameters(), test.input(i)); });
    const double integer_time = microseconds(count, [&](std::size_t i) {
        quantized_predictor(network, std::span<const std::int8_t>(inputs).subspan(i * features, features));
    });

    std::printf("              float       8 bits\n");
    std::printf("accuracy   %6.2f %%     %6.2f %%\n", real, integer);
    std::printf("constants  %8zu     %8zu bytes\n", sizeof(float) * stored_count<Net>, quantized_bytes<Net>);
    std::printf("arena      %8zu     %8zu bytes\n", sizeof(predictor), sizeof(quantized_predictor));
    std::printf("time       %8.2f     %8.2f us an inference (%s, %s)\n", real_time, integer_time,
                std::string(kernels::architecture).c_str(), std::string(kernels::int8_architecture).c_str());
    return integer >= real - 0.5;
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--data", ""}, {"--header", ""}});
    bool keeps_accuracy;
    if (!options["--data"].empty()) {
        const auto [train, test] = data::load_mnist(options["--data"]);
        keeps_accuracy = compare<LeNet>(train, test, 3, options["--header"]);
    } else {
        const auto [train, test] = data::load_digits(BURIN_EXAMPLE_DATA "/digits.csv").split(0.8, /*seed*/ 1);
        keeps_accuracy = compare<SmallLeNet>(train, test, 30, options["--header"]);
    }
    return keeps_accuracy ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const Error& error) {
    std::fprintf(stderr, "quantize: %s\n", error.what());
    return EXIT_FAILURE;
}
