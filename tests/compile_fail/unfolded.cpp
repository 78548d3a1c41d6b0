// expect: layer `1` `BatchNorm`: expected a layer that can compute with 8-bit integers; quantize `Folded<Net>` with the parameters that `fold` gives
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<3>, Dense<4, NoBias>, BatchNorm<>, ReLU, Dense<2>>;

QuantizedNetwork<Net> network;
QuantizedPredictor<Net> predictor;

std::size_t class_of(std::span<const std::int8_t> input) { return argmax(predictor(network, input)); }
