// Learns to read handwritten digits: 1,797 images of 8 × 8 pixels, a fifth of them held out.
#include <burin/burin.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace burin;

using Digits = Sequential<Input<8, 8>, Flatten, Dense<128>, ReLU, Dropout<0.2>, Dense<10>>;
static_assert(parameter_count<Digits> == 9'610);
static_assert(training_bytes<Digits, 32> <= 256 * 1024);

int main(int argc, char** argv) try {
    std::string file = BURIN_EXAMPLE_DATA "/digits.csv";
    std::size_t epochs = 40;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--data") == 0)
            file = argv[i + 1];
        else if (std::strcmp(argv[i], "--epochs") == 0)
            epochs = std::strtoul(argv[i + 1], nullptr, 10);
    }

    const auto [train, test] = data::load_digits(file).split(0.8, /*seed*/ 1);
    Model<Digits> model(/*seed*/ 1);
    report::print_summary<Digits>();

    fit(model, train,
        Fit{.loss = losses::SparseCategoricalCrossentropy{},
            .optimizer = optimizers::Adam{.learning_rate = 2e-3},
            .batch_size = batch<32>,
            .epochs = epochs,
            .validation = &test});

    const Evaluation result = evaluate(model, test);
    std::printf("held out: %s\n", report::text(result).c_str());
    // With the usual 40 epochs it must read 97 of 100; a shorter run is a trial.
    return epochs < 40 || result["accuracy"] >= 0.97 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const Error& error) {
    std::fprintf(stderr, "digits: %s\n", error.what());
    return EXIT_FAILURE;
}
