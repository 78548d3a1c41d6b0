// expect: this network: expected 3 inputs, got 2
#include "network.hpp"
engine::Network<3, 3> a;
