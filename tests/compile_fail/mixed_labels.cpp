// expect: MixUp: expected targets that can be mixed, got labels; use `losses::CategoricalCrossentropy{}` with `data::one_hot(train, classes)`
#include "burin/burin.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

History train(Model<Net>& model, const data::Dataset<Label>& samples) {
    return fit(model, samples, Fit{.augment = MixUp{}});
}
