// expect: layer `0` `LSTM<0>`: expected at least one unit
#include "burin/embedded.hpp"

using namespace burin;

Parameters<Sequential<Input<8, 2>, LSTM<0>>> parameters;
