// expect: ModelOptions: expected an initializer, got `Sequential<Input<8, 8>, Flatten, Dense<10>
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

Model<Net> other(ModelOptions{.initializer = Net{}, .seed = 1});
