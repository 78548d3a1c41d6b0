// Trains and predicts as a microcontroller would: everything in .bss, the samples from elsewhere.

#include "burin/embedded.hpp"

#include <cstdint>
#include <span>

using Net = burin::Sequential<burin::Input<4, 4>, burin::Flatten, burin::Dense<8>, burin::GELU, burin::Dropout<0.1>,
                              burin::Dense<3>, burin::Softmax>;
using Loss = burin::losses::SparseCategoricalCrossentropy;
using Trainer = burin::Trainer<Net, Loss, burin::optimizers::Adam, 8>;

burin::Parameters<Net> weights;
burin::Predictor<Net> predictor;

// Made at its first use: a trainer that is constant from the start would fill as much flash as it fills RAM.
Trainer& trainer() {
    static Trainer made_once{weights};
    return made_once;
}

void start(std::uint64_t seed) { burin::initialize(weights, burin::initializers::Default{}, seed); }

float learn(std::span<const float> inputs, std::span<const burin::Label> targets) {
    return trainer().step(inputs, targets).total;
}

float first_class(std::span<const float> input) { return predictor(weights, input)[0]; }
