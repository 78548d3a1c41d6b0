// expect: block `y`: expected 2 inputs, got 1
#include "burin/embedded.hpp"

using namespace burin;

using Net =
    Graph<Inputs<Node<"x", Input<5, 8>>>, Node<"y", TransformerDecoderBlock<2, 16>, From<"x">>, Outputs<"y">>;

Parameters<Net> weights;
