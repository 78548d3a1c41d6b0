// expect: layer `0` `Reshape<3, 3>`: expected as many elements as `[3, 3]`, got `[10]`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Reshape<3, 3>, Flatten, Dense<10>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
