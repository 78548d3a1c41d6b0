// expect: layer `2` `Dense<10>`: expected input `[features]`, got `[14, 14, 8]`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<14, 14, 8>, ReLU, ReLU, Dense<10>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
