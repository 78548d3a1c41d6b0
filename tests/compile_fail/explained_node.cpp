// expect: OfNode: expected the name of a node of the network, got `conv3`; there are `image`, `conv1`, `head.0`, `head.1`
#include "burin/embedded.hpp"
#include "burin/graph/explainer.hpp"

using namespace burin;

using Net = Graph<Inputs<Node<"image", Input<8, 8, 1>>>, Node<"conv1", Conv2D<4, 3>, From<"image">>,
                  Node<"head", Sequential<Flatten, Dense<10>>, From<"conv1">>, Outputs<"head">>;

Explainer<Net, 1, OfNode<"conv3">> explainer;
