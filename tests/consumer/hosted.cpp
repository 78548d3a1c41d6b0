// Trains, saves and loads with what burin/burin.hpp gives.

#include <burin/burin.hpp>

#include <cstdio>
#include <string>

using Net =
    burin::Sequential<burin::Input<8, 8>, burin::Flatten, burin::Dense<32>, burin::ReLU, burin::Dense<10>>;

int main(int, char** argv) try {
    const std::string path = std::string(argv[0]) + ".safetensors";
    const auto [train, test] = burin::data::load_digits(argv[1]).split(0.8, /*seed*/ 1);
    burin::Model<Net> model({.seed = 1});
    burin::fit(model, train, burin::Fit{.epochs = 5});
    burin::io::save(path, model);

    burin::Model<Net> copy({.seed = 2});
    burin::io::load(path, copy);
    const double accuracy = burin::evaluate(copy, test)["accuracy"];
    std::printf("accuracy %.3f\n", accuracy);
    return accuracy > 0.8 && accuracy == burin::evaluate(model, test)["accuracy"] ? 0 : 1;
} catch (const burin::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
