// Trains a network on as the 8-bit network that it is to become. `--stretch 100` first gives one unit of a
// hidden layer outputs that are 100 times as large, which costs all others most of their 8 bits.
#include "fine_tune.hpp"

using namespace burin;

using Digits = Sequential<Input<8, 8, 1>, Conv2D<6, 3, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 3, Same>, ReLU,
                          MaxPool2D<2>, Flatten, Dropout<0.3>, Dense<64>, ReLU, Dense<10>>;

int main(int argc, char** argv) {
    return quantization_aware::run<Digits>(
        argc, argv, BURIN_EXAMPLE_DATA "/digits.csv", /*epochs*/ 30, {"8", "10"},
        [](const std::string& file) { return data::load_digits(file).split(0.8, /*seed*/ 1); });
}
