// expect: node `head` reads `boddy`: expected the name of a node declared before it, got an unknown name
#include "burin/embedded.hpp"

using namespace burin;

using Net = Graph<Inputs<Node<"image", Input<28, 28>>>, Node<"body", Sequential<Flatten, Dense<32>, ReLU>, From<"image">>,
                  Node<"head", Dense<10>, From<"boddy">>, Outputs<"head">>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
