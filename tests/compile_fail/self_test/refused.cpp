// Refused as it should be.
// expect: this network: expected 3 inputs, got 2
#include "network.hpp"
Network<2, 3> a;
