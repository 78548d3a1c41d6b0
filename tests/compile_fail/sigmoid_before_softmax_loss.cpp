// expect: loss of output `1` `Sigmoid`: expected logits or a Softmax, got the outputs of `Sigmoid`; leave that out, or use BinaryCrossentropy if each output is a yes or no by itself
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<3>, Sigmoid>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
