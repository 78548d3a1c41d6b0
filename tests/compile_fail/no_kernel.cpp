// expect: layer `0` `Conv1D<3, 0>`: expected as kernel a number above 0, or a Shape with one for each axis: Shape{3, 5}
#include "burin/embedded.hpp"

using namespace burin;

Parameters<Sequential<Input<8, 2>, Conv1D<3, 0>>> parameters;
