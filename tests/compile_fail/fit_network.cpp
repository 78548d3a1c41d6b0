// expect: fit: expected a `Model`, which has the parameters of a network: `Model<Net> model;`, got `Sequential<Input<8, 8>, Flatten, Dense<10>
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

History train(Net& net, const data::Dataset<Label>& samples) {
    return fit(net, samples, Fit{.epochs = 20});
}
