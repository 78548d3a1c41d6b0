// As quantization_aware, with LeNet-5 on MNIST (`--data DIRECTORY`).
#include "fine_tune.hpp"

using namespace burin;

using LeNet = Sequential<Input<28, 28, 1>, Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 5>, ReLU,
                         MaxPool2D<2>, Flatten, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;

int main(int argc, char** argv) {
    return quantization_aware::run<LeNet>(argc, argv, "mnist", /*epochs*/ 5, {"7", "9"},
                                          [](const std::string& folder) { return data::load_mnist(folder); });
}
