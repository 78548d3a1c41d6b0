// expect: layer `1` `Dropout<2>`: expected a rate of at least 0 and below 1
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<8>, Dense<4>, Dropout<2>>;

Parameters<Net> weights;
