// expect: layer `0` `MaxPool2D<3, Padding<1>, CountPadding>`: expected no `CountPadding`: it is an option of AveragePool only
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<5, 8, 2>, MaxPool2D<3, Padding<1>, CountPadding>>;

Parameters<Net> weights;
