// expect: this network: expected 3 inputs, got
#include "network.hpp"
Network<1, 3> a;
Network<2, 3> b;
Network<4, 3> c;
Network<5, 3> d;
Network<6, 3> e;
Network<7, 3> f;
