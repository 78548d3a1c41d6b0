// expect: layer `0.1` `WaveNetStack<8, Head<1>>`: expected the stack before it to have a `Head` with as many outputs as it has channels, or as its `Bottleneck` has
#include "burin/embedded.hpp"
#include "burin/layers/wavenet.hpp"

using namespace burin;

using Net = Sequential<Input<64, 1>, WaveNet<WaveNetStack<16, Kernels<3>, Dilations<1, 2>, Tanh, Head<4>>,
                                             WaveNetStack<8, Kernels<3>, Dilations<1, 2>, Tanh, Head<1>>>>;

Parameters<Net> weights;
