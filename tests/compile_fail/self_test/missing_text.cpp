// expect: this network: expected 3 inputs, got 1
#include "network.hpp"
Network<2, 3> a;
