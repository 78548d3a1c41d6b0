// expect: Fit: .loss: expected a loss, as in `.loss = losses::MeanSquaredError{}`, got `optimizers::Adam`
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

History train(Model<Net>& model, const data::Dataset<Label>& samples) {
    return fit(model, samples, Fit{.loss = optimizers::Adam{}});
}
