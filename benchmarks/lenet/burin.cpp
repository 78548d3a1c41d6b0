// Training steps of LeNet-5: see `step.hpp`.

#include "step.hpp"

#include "burin/embedded.hpp"

#include <memory>

using namespace burin;

using LeNet = Sequential<Input<28, 28, 1>, Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, Conv2D<16, 5>, ReLU,
                         MaxPool2D<2>, Flatten, Dense<120>, ReLU, Dense<84>, ReLU, Dense<10>>;

int main() {
    const auto parameters = std::make_unique<Parameters<LeNet>>();
    initialize<LeNet>(*parameters, initializers::Default{}, /*seed*/ 1);
    const auto trainer = std::make_unique<
        Trainer<LeNet, losses::SparseCategoricalCrossentropy, optimizers::Adam, lenet::batch>>(
        *parameters, losses::SparseCategoricalCrossentropy{}, optimizers::Adam{});
    lenet::report([&](const std::vector<float>& images, const std::vector<std::uint32_t>& labels) {
        return static_cast<double>(losses::reduce(trainer->loss, trainer->step(images, labels)));
    });
}
