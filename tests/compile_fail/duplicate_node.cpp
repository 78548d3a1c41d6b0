// expect: node `body`: expected a name of its own, got one that an earlier node has
#include "burin/embedded.hpp"

using namespace burin;

using Net = Graph<Inputs<Node<"image", Input<28, 28>>>, Node<"body", Flatten, From<"image">>,
                  Node<"body", Dense<10>, From<"body">>, Outputs<"body">>;

Parameters<Net> weights;

float learn(std::span<const float> inputs, std::span<const Label> targets) {
    Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32> trainer(weights);
    return trainer.step(inputs, targets).total;
}
