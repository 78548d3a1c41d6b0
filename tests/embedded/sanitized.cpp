// A network of several kinds of layers, and its training.
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8, 1>, Conv2D<4, 3>, BatchNorm<>, ReLU, MaxPool2D<2>, Flatten, Dense<10>>;

Parameters<Net> parameters_of_net;
Predictor<Net> predictor;

float learn(std::span<const float> images, std::span<const Label> labels) {
    static Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 8> trainer(parameters_of_net);
    return trainer.step(images, labels).total + predictor(parameters_of_net, images)[0];
}
