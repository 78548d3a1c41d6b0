// expect: layer `1` `Add`: expected every input to have the shape of the first, `[16]`, got `[8]`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<16>, Residual<Dense<8>, ReLU>, Dense<10>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
