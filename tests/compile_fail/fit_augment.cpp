// expect: Fit: .augment: expected what changes a batch before it is trained on, as in `.augment = MixUp{.alpha = 0.2}`, got `double`
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

History train(Model<Net>& model, const data::Dataset<Label>& samples) {
    return fit(model, samples, Fit{.augment = 0.2});
}
