#pragma once

#include <burin/embedded.hpp>

/// Reads an 8 × 8 image of a digit. Shared by the program that trains and by the one that only runs it.
using Digits =
    burin::Sequential<burin::Input<8, 8>, burin::Flatten, burin::Dense<32>, burin::ReLU, burin::Dense<10>>;
