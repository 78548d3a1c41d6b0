// expect: this network: expected 3 inputs, got 1
#include "network.hpp"
engine::Network<2, 3> a;
