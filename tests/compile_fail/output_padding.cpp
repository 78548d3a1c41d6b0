// expect: layer `0` `Conv2DTranspose<4, 3, Stride<2>, Same, OutputPadding<1>>`: expected `OutputPadding` with `Padding` or `Valid`: `Same` says how large the output is
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<5, 8, 2>, Conv2DTranspose<4, 3, Stride<2>, Same, OutputPadding<1>>>;

Parameters<Net> weights;
