// A case that forgot what it is for.
#include "network.hpp"
Network<2, 3> a;
