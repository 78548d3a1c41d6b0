// expect: this network: expected 3 inputs, got 2
#include "network.hpp"
Network<3, 3> a;
