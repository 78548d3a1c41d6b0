// expect: layer `0` `Resize1D<9, Bilinear>`: expected `Nearest`, `Bilinear` (`Linear` of one axis, `Trilinear` of three) or `Bicubic` (of one or two), and options of coordinates and rounding
#include "burin/embedded.hpp"
#include "burin/layers/resize.hpp"

using namespace burin;

using Net = Sequential<Input<5, 8>, Resize1D<9, Bilinear>>;

Parameters<Net> weights;
