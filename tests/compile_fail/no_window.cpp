// expect: layer `0` `MaxPool2D<0>`: expected as window a number above 0, or a Shape with one for each axis
#include "burin/embedded.hpp"

using namespace burin;

Parameters<Sequential<Input<8, 8, 2>, MaxPool2D<0>>> parameters;
