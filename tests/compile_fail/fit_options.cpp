// expect: fit: expected options, as in `fit(model, data, Fit{.epochs = 20})`, got `int`
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

History train(Model<Net>& model, const data::Dataset<Label>& samples) {
    return fit(model, samples, 20);
}
