// expect: this network: expected 3 inputs, got 2
#include "network.hpp"
engine::Network<1, 4> a;
engine::Network<1, 5> b;
engine::Network<2, 3> c;
