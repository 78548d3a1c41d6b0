// expect: loss of output `0` `Dense<8>`: expected anchor, positive and negative as `[3 * n]` or `[3, ...]`, got `[8]`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<8>>;

Parameters<Net> weights;

float learn(const Samples<Net, losses::Triplet>& samples) {
    Trainer<Net, losses::Triplet, optimizers::Adam, 32> trainer(weights);
    return trainer.step(samples).total;
}
