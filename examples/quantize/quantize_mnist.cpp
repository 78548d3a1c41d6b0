// Quantizes LeNet-5, trained on MNIST (`--data DIRECTORY`).
#include "compare.hpp"

using namespace burin;

using LeNet = Sequential<Input<28, 28, 1>, Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 5>, ReLU,
                         MaxPool2D<2>, Flatten, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;
static_assert(quantized_bytes<LeNet> <= 63 * 1024);
static_assert(quantized_arena_bytes<LeNet> <= 6 * 1024);

int main(int argc, char** argv) {
    return comparison::run<LeNet>(argc, argv, "mnist", /*epochs*/ 5,
                                    [](const std::string& folder) { return data::load_mnist(folder); });
}
