// A case that forgot what it is for.
#include "network.hpp"
engine::Network<2, 3> a;
