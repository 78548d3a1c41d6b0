// expect: loss of output `0` `Dense<1>`: expected logits of at least 2 classes, got `[1]`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<1>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
