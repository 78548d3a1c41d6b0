// expect: layer `0` `Conv2D<3, 3, Dilation<0>>`: expected options among `Same`, `Valid`, `Causal`, `Padding`, `Stride`, `Dilation`
#include "burin/embedded.hpp"

using namespace burin;

Parameters<Sequential<Input<8, 8, 2>, Conv2D<3, 3, Dilation<0>>>> parameters;
