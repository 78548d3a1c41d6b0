// expect: layer `0.attention` `MultiHeadAttention<3>`: expected query `[time, features]` with a multiple of the heads as features, got `[5, 8]`; or give the option `KeyDim<...>`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<5, 8>, TransformerEncoderBlock<3, 16>>;

Parameters<Net> weights;
