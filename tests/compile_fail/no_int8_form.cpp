// expect: layer `1` `LayerNorm`: expected a layer that can compute with 8-bit integers
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<3>, Dense<4>, LayerNorm<>, Dense<2>>;

Calibrator<Net> calibrator;
