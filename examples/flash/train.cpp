// Trains on a computer and writes the network as a header, which examples/flash/deploy.cpp runs from constant
// memory; with `--storage float16` or `bfloat16` in half of it, for examples/flash/deploy_half.cpp; with `--c FILE`
// as plain C99 too, for examples/flash/deploy.c.
#include <burin/burin.hpp>
#include <burin/io/export_c.hpp>

#include "network.hpp"
#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace burin;

namespace {

io::Storage storage_of(const std::string& name) {
    if (name == "float")
        return io::Storage::full;
    if (name == "float16")
        return io::Storage::float16;
    if (name == "bfloat16")
        return io::Storage::bfloat16;
    throw Error("command line: expected float, float16 or bfloat16 after --storage, got " +
                burin::core::quoted(name));
}

/// The share that is right with parameters of 16 bits.
template <core::Half Stored, class Data>
double accuracy(const Model<Digits>& model, const Data& test) {
    Model<Digits> widened;
    to_float(*to_half<Stored>(model), widened.parameters());
    return evaluate(widened, test)["accuracy"];
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv,
                          {{"--data", BURIN_EXAMPLE_DATA "/digits.csv"},
                           {"--header", "digits_weights.hpp"},
                           {"--c", ""},
                           {"--storage", "float"},
                           {"--lanes", std::to_string(kernels::width<float>)}});
    const std::size_t lanes = options.number("--lanes");
    const io::Storage storage = storage_of(options["--storage"]);
    const auto [train, test] = data::load_digits(options["--data"]).split(0.8, /*seed*/ 1);
    Model<Digits> model({.seed = 1});
    fit(model, train, Fit{.epochs = 20, .verbose = false});

    io::export_header(options["--header"], model,
                      {.name_space = "digits",
                       .network = "::Digits",
                       .include = "network.hpp",
                       .vector_lanes = lanes,
                       .storage = storage});
    if (!options["--c"].empty())
        io::export_c(options["--c"], model);
    const double real = evaluate(model, test)["accuracy"];
    const double half = accuracy<float16>(model, test), brain = accuracy<bfloat16>(model, test);
    std::printf(
        "%s: %zu parameters; right of what was held out: %.2f %% (float16: %.2f %%, bfloat16: %.2f %%)\n",
        options["--header"].c_str(), parameter_count<Digits>, 100 * real, 100 * half, 100 * brain);
    return half >= real - 0.002 && brain >= real - 0.002 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("train");
}
