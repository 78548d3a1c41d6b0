#include "holds_vector.hpp"

int nothing = 0;
