// expect: Fit: .batch_size: expected a size of at least 1 that fixes the memory when compiling, as in `.batch_size = batch<32>`, got `int`
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

History train(Model<Net>& model, const data::Dataset<Label>& samples) {
    return fit(model, samples, Fit{.batch_size = 32});
}
