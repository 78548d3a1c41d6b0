// expect: layer `0` `LSTM<4>`: expected a layer that can be made of weights of 8 bits
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<5, 3>, LSTM<4>, Dense<2>>;

QuantizedTensors<Net> tensors;

QuantizedNetwork<Net> network() { return quantize(tensors); }
