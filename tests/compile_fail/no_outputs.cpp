// expect: expected `Outputs<...>` as the last part of the Graph, got none
#include "burin/embedded.hpp"

using namespace burin;

using Net = Graph<Inputs<Node<"image", Input<28>>>, Node<"head", Dense<10>, From<"image">>>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
