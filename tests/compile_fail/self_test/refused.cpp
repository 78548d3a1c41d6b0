// Refused as it should be.
// expect: expected 3 inputs, got 2
#include "network.hpp"
Network<2, 3> a;
