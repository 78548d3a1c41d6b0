// expect: place `1`: expected a layer, got `Relu`
#include "burin/embedded.hpp"

using namespace burin;

struct Relu {};
using Net = Sequential<Input<10>, Dense<16>, Relu, Dense<10>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
