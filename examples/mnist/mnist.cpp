// The classic: 60,000 handwritten digits of 28 × 28 pixels, one hidden layer of 128 units.
#include <burin/burin.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace burin;

using Mnist = Sequential<Input<28, 28>, Flatten, Dense<128>, ReLU, Dense<10>>;
static_assert(parameter_count<Mnist> == 101'770);

int main(int argc, char** argv) try {
    std::string directory;
    std::size_t epochs = 10;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--data") == 0)
            directory = argv[i + 1];
        else if (std::strcmp(argv[i], "--epochs") == 0)
            epochs = std::strtoul(argv[i + 1], nullptr, 10);
    }
    if (directory.empty()) {
        std::fputs("usage: mnist --data DIRECTORY [--epochs N]\n"
                   "The directory holds train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                   "t10k-images-idx3-ubyte and\n"
                   "t10k-labels-idx1-ubyte, plain or with .gz.\n",
                   stderr);
        return EXIT_FAILURE;
    }

    const auto [train, test] = data::load_mnist(directory);
    Model<Mnist> model(/*seed*/ 1);
    report::print_summary<Mnist>();

    fit(model, train,
        Fit{.loss = losses::SparseCategoricalCrossentropy{},
            .optimizer = optimizers::Adam{},
            .batch_size = batch<32>,
            .epochs = epochs,
            .validation = &test,
            .metrics = std::tuple{metrics::Accuracy{}}});
    std::printf("test: %s\n", report::text(evaluate(model, test)).c_str());
    io::save("mnist.safetensors", model);
} catch (const Error& error) {
    std::fprintf(stderr, "mnist: %s\n", error.what());
    return EXIT_FAILURE;
}
