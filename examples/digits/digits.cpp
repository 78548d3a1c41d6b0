// Learns to read handwritten digits: 1,797 images of 8 × 8 pixels, a fifth of them held out.
#include <burin/burin.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace burin;

using Digits = Sequential<Input<8, 8>, Flatten, Dense<64>, ReLU, Dense<10>>;
static_assert(parameter_count<Digits> == 4'810);
static_assert(training_bytes<Digits, 32> < 128 * 1024);

int main(int argc, char** argv) try {
    const std::string file = argc > 1 ? argv[1] : BURIN_EXAMPLE_DATA "/digits.csv";
    const std::size_t epochs = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 30;

    const auto [train, test] = data::load_digits(file).split(0.8, /*seed*/ 1);
    Model<Digits> model(/*seed*/ 1);
    report::print_summary<Digits>();

    fit(model, train,
        Fit{.loss = losses::SparseCategoricalCrossentropy{},
            .optimizer = optimizers::Adam{.learning_rate = 3e-3},
            .batch_size = batch<32>,
            .epochs = epochs,
            .validation = &test});
    report::print(evaluate(model, test));
} catch (const Error& error) {
    std::fprintf(stderr, "digits: %s\n", error.what());
    return EXIT_FAILURE;
}
