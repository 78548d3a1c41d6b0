#pragma once

#include <burin/embedded.hpp>

using namespace burin;

/// What a computer trains: it reads an 8 × 8 image of a digit.
using Digits = Sequential<Input<8, 8>, Flatten, Dense<64>, ReLU, Dense<32>, ReLU, Dense<10>>;

/// The same network as the device trains it: the first layer, which has most of the parameters, stays as it
/// is.
using FineTuned = Sequential<Input<8, 8>, Flatten, Frozen<Dense<64>>, ReLU, Dense<32>, ReLU, Dense<10>>;
