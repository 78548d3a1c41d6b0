// Reads data, saves and loads with what burin/burin.hpp gives. That its training works, others try.

#include <burin/burin.hpp>

#include <algorithm>
#include <cstdio>
#include <string>

using Net = burin::Sequential<burin::Input<8, 8>, burin::Flatten, burin::Dense<10>>;

int main(int, char** argv) try {
    const std::string path = std::string(argv[0]) + ".safetensors";
    const auto digits = burin::data::load_digits(argv[1]);
    burin::Model<Net> model({.seed = 1});
    burin::io::save(path, model);

    burin::Model<Net> copy({.seed = 2});
    burin::io::load(path, copy);
    const bool same = std::ranges::equal(model.parameters().values, copy.parameters().values);
    std::printf("%zu digits, %s\n", digits.size(), same ? "the same model" : "another model");
    return digits.size() > 1000 && same ? 0 : 1;
} catch (const burin::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
