// expect: layer `2` `Conv2D<16, 5>`: expected an image at least as large as the kernel `[5, 5]`
// expect: got `[4, 6, 6]`; use `Same` or a smaller kernel
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<8, 10, 1>, Conv2D<6, 5>, ReLU, Conv2D<16, 5>, ReLU, Flatten, Dense<10>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
