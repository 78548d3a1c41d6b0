// expect: Model: expected options, as in `Model<Net> model({.seed = 1})`, got `Sequential<Input<8, 8>, Flatten, Dense<10>
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

Model model(Sequential<Input<8, 8>, Flatten, Dense<10>>{});
