// expect: layer `0` `Conv2D<4, 3, burin::same>`: expected options among `Same`, `Valid`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8, 1>, Conv2D<4, 3, same>>;

Parameters<Net> weights;
