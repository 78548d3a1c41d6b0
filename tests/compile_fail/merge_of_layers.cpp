// expect: place `0`: expected one layer that merges, as `Concat`, got `Parallel<Concat, LSTM<3, Masked>
// expect: ; put others behind it, or use a `Graph`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<6, 2>, Parallel<Bidirectional<LSTM<3, Masked>>, Dense<2>, Dense<1>>, Dense<1>>;

Parameters<Net> parameters;
