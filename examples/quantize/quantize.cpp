// Quantizes a trained network: 8-bit integers instead of floats, a quarter of the bytes. `--header FILE`
// writes what a microcontroller runs.
#include "compare.hpp"

using namespace burin;

using Digits = Sequential<Input<8, 8, 1>, Conv2D<6, 3, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 3, Same>, ReLU,
                          MaxPool2D<2>, Flatten, Dropout<0.3>, Dense<64>, ReLU, Dense<10>>;

// The budget is part of the program: a network that needs more does not compile.
static_assert(quantized_bytes<Digits> <= 7 * 1024);       // flash
static_assert(quantized_arena_bytes<Digits> <= 1 * 1024); // RAM

int main(int argc, char** argv) {
    return comparison::run<Digits>(
        argc, argv, BURIN_EXAMPLE_DATA "/digits.csv", /*epochs*/ 30,
        [](const std::string& file) { return data::load_digits(file).split(0.8, /*seed*/ 1); });
}
