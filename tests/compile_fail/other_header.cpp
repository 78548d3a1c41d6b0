// expect: these constants are of another network
#include "burin/embedded.hpp"

// The written header's network with another table in it, which has the same size.
#define LeakyReLU ELU
#include "../quantization/written.hpp"
