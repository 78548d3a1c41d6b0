// expect: this network: expected 3 inputs, got 2
#include "network.hpp"
Network<1, 4> a;
Network<1, 5> b;
Network<2, 3> c;
