// expect: layer `0` `Dense<64>`: expected an input, got none; begin the network with `Input<...>`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Dense<64>, ReLU, Dense<10>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
