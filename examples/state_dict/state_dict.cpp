// A network that PyTorch trained reads digits in Burin: its state dict, written as safetensors by train.py,
// is loaded by PyTorch's own names and layouts. Burin writes it back as PyTorch reads it.
#include <burin/burin.hpp>
#include <burin/io/pytorch.hpp>

#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace burin;

// In PyTorch images are [1, 8, 8], and what is flattened is counted channel by channel; here [8, 8, 1].
using Digits = Sequential<Input<8, 8, 1>, Conv2D<8, 3>, BatchNorm<>, ReLU, MaxPool2D<2>, Flatten, Dense<10>>;

int main(int argc, char** argv) try {
    const Options options(argc, argv,
                          {{"--data", BURIN_EXAMPLE_DATA "/digits.csv"},
                           {"--weights", BURIN_EXAMPLE_DATA "/digits_pytorch.safetensors"},
                           {"--save", ""}});

    // Layers are called by their places, `0`, `1`, `5`; the module calls them otherwise.
    const io::PyTorch convention{.names = {{"0", "features.0"}, {"1", "features.1"}, {"5", "classifier"}}};
    Model<Digits> model;
    io::load(options["--weights"], model, convention);

    // The last of the file, of other writers, which train.py has not shown to it.
    const auto digits = data::load_digits(options["--data"]);
    constexpr std::size_t trained = 1437;
    const Evaluation result = evaluate(model, digits.subset(trained, digits.size() - trained),
                                       losses::SparseCategoricalCrossentropy{});
    std::printf("the last %zu: %s (PyTorch: 94.2 %%)\n", digits.size() - trained,
                report::text(result).c_str());

    if (const std::string& path = options["--save"]; !path.empty())
        io::save(path, model, convention); // for load_state_dict(…, strict=True)
    return result["accuracy"] > 0.94 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("state_dict");
}
