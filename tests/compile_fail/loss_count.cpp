// expect: the network has 2 outputs: expected as many losses, got 1
#include "burin/embedded.hpp"

using namespace burin;

using Net = Graph<Inputs<Node<"x", Input<4>>>, Node<"mean", Dense<2>, From<"x">>,
                  Node<"log_variance", Dense<2>, From<"x">>, Outputs<"mean", "log_variance">>;

Parameters<Net> weights;

float learn(const Samples<Net, losses::MeanSquaredError>& samples) {
    Trainer<Net, losses::MeanSquaredError, optimizers::Adam, 32> trainer(weights);
    return trainer.step(samples).total;
}
