// expect: Model: expected the name of the options, as in `ModelOptions{.initializer = ...}`, got braces alone
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

Model<Sequential<Input<8, 8>, Flatten, Dense<10>>> model({.initializer = initializers::HeNormal{}, .seed = 1});
