// expect: this network: expected 3 inputs, got
#include "network.hpp"
engine::Network<1, 3> a;
engine::Network<2, 3> b;
engine::Network<4, 3> c;
engine::Network<5, 3> d;
engine::Network<6, 3> e;
engine::Network<7, 3> f;
