// expect: layer `0` `MultiHeadAttention<4, KeyValueHeads<3>>`: expected as many heads of queries as KeyValueHeads divides
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<5, 8>, MultiHeadAttention<4, KeyValueHeads<3>>>;

Parameters<Net> weights;
