#pragma once

#include "burin/embedded.hpp"

/// Networks of every form, for tests that hold for all of them.
namespace networks {

using namespace burin;

using Chain =
    Sequential<Input<4, 4>, Flatten, Dense<8>, ReLU, Dense<7>, SiLU, Dense<6>, LeakyReLU<>, ELU<>, Dense<3>>;
using Deep = Sequential<Input<5>, Dense<9>, ReLU, Dense<9>, Tanh, Dense<9>, ReLU, Dense<9>, Sigmoid, Dense<9>,
                        ReLU, Dense<2>>;
using Dropped =
    Sequential<Input<6>, Dense<10>, ReLU, Dropout<0.5>, Dense<4>, Dropout<0.25>, GELU, Dense<3>, Softmax>;
using Branches =
    Sequential<Input<4>, Parallel<Add, Dense<3>, Sequential<Dense<3>, HardSigmoid>, Dense<3, NoBias>>, Tanh,
               Residual<GELUTanh, Dense<3>>, HardSwish>;
using Nested =
    Sequential<Input<3>, Parallel<Concat, Identity, Sequential<Dense<5>, Residual<ReLU, Dense<5>>>, Dense<2>>,
               Softplus, Reshape<2, 5>, Flatten, Dense<2>, LogSoftmax>;
using Siamese =
    Graph<Inputs<Node<"a", Input<2, 3>>, Node<"b", Input<6>>>, Node<"flat", Flatten, From<"a">>,
          Node<"left", Sequential<Dense<5>, Tanh>, From<"flat">, SharedWeights<"encoder">>,
          Node<"right", Sequential<Dense<5>, Tanh>, From<"b">, SharedWeights<"encoder">>,
          Node<"both", Concat, From<"left", "right">>,
          Node<"mixed", Residual<Dense<10>, GELU, Dense<10>>, From<"both">>,
          Node<"mean", Dense<3>, From<"mixed">>,
          Node<"scale", Sequential<Sigmoid, Dense<2, NoBias>>, From<"mixed">>, Outputs<"mean", "scale">>;
/// One value is read three times and is an output as well.
using Fan = Graph<Inputs<Node<"x", Input<4>>>, Node<"h", Sequential<Dense<4>, Tanh>, From<"x">>,
                  Node<"u", Dense<4>, From<"h">>, Node<"v", Sequential<Dense<4>, ReLU>, From<"h">>,
                  Node<"sum", Add, From<"u", "v", "h">>, Outputs<"sum", "h">>;
using Mlp = Sequential<Input<28, 28>, Flatten, Dense<128>, ReLU, Dense<10>>;
using Autoencoder =
    Sequential<Input<64>, Dense<32>, ReLU, Dense<8>, ReLU, Dense<32>, ReLU, Dense<64>, Sigmoid>;

} // namespace networks

/// The same list for doctest's TEST_CASE_TEMPLATE.
#define ALL_NETWORKS                                                                                         \
    networks::Chain, networks::Deep, networks::Dropped, networks::Branches, networks::Nested,                \
        networks::Siamese, networks::Fan, networks::Mlp, networks::Autoencoder
