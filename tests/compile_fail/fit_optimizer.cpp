// expect: Fit: .optimizer: expected an optimizer, as in `.optimizer = optimizers::Adam{.learning_rate = 1e-3}`, got `losses::MeanSquaredError`
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

History train(Model<Net>& model, const data::Dataset<Label>& samples) {
    return fit(model, samples, Fit{.optimizer = losses::MeanSquaredError{}});
}
