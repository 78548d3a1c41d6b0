// Trains on a computer and writes the network as a header, which examples/flash/deploy.cpp runs from constant
// memory.
#include <burin/burin.hpp>

#include "network.hpp"
#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace burin;

int main(int argc, char** argv) try {
    const Options options(argc, argv,
                          {{"--data", BURIN_EXAMPLE_DATA "/digits.csv"},
                           {"--header", "digits_weights.hpp"},
                           {"--lanes", std::to_string(kernels::width<float>)}});
    const auto [train, test] = data::load_digits(options["--data"]).split(0.8, /*seed*/ 1);
    Model<Digits> model(/*seed*/ 1);
    fit(model, train, Fit{.epochs = 20, .verbose = false});

    io::export_header(options["--header"], model,
                      {.name_space = "digits",
                       .network = "::Digits",
                       .include = "network.hpp",
                       .vector_lanes = options.number("--lanes")});
    std::printf("%s: %zu bytes of parameters, %s on what was held out\n", options["--header"].c_str(),
                sizeof(float) * parameter_count<Digits>, report::text(evaluate(model, test)).c_str());
    return EXIT_SUCCESS;
} catch (const Error& error) {
    std::fprintf(stderr, "train: %s\n", error.what());
    return EXIT_FAILURE;
}
