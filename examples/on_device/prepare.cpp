// Trains on a computer, and writes what the device is built with: the network's parameters, and some digits
// of a kind that the network has not seen, light where they were dark.
#include <burin/burin.hpp>

#include "network.hpp"
#include "options.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using Samples = data::Dataset<>;

/// So many digits the device learns from, and so many it is tested with.
constexpr std::size_t examined = 256;

/// `count` samples from `first` on as constants, one byte a pixel.
std::string constants(const std::string& name, const Samples& digits, std::size_t first, std::size_t count) {
    std::string images = "inline constexpr unsigned char " + name + "_images[][64] = {";
    std::string labels = "inline constexpr burin::Label " + name + "_labels[] = {";
    for (std::size_t sample = first; sample < first + count; ++sample) {
        images += "\n    {";
        for (const float pixel : digits.input(sample))
            images += std::to_string(16 - std::lround(16 * pixel)) + ",";
        images += "},";
        labels += std::to_string(digits.target(sample)[0]) + ",";
    }
    return images + "\n};\n" + labels + "};\n";
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv,
                          {{"--data", BURIN_EXAMPLE_DATA "/digits.csv"},
                           {"--weights", "weights.hpp"},
                           {"--samples", "samples.hpp"}});
    const auto [train, rest] = data::load_digits(options["--data"]).split(0.6, /*seed*/ 1);
    if (rest.size() < 2 * examined)
        throw Error(options["--data"] + ": expected " + std::to_string(5 * examined) + " digits, got " +
                    std::to_string(train.size() + rest.size()));
    Model<Digits> model({.seed = 1});
    fit(model, train, Fit{.epochs = 20, .verbose = false});
    std::printf("%s on what was held out\n", report::text(evaluate(model, rest)).c_str());

    Model<FineTuned> same;
    copy_parameters(model.parameters(), same.parameters());
    io::export_header(options["--weights"], same,
                      {.name_space = "weights", .network = "::FineTuned", .include = "network.hpp"});
    io::write_file(options["--samples"],
                   "#pragma once\n\n#include <burin/embedded.hpp>\n\nnamespace samples {\n\n" +
                       constants("train", rest, 0, examined) + constants("test", rest, examined, examined) +
                       "\n} // namespace samples\n");
    return EXIT_SUCCESS;
} catch (...) {
    return failure("prepare");
}
