// expect: loss of output `0` `Dense<1>`: expected numbers as targets, as in a Dataset<float>, got labels; for those use BinaryCrossentropy, or SparseCategoricalCrossentropy with an output for each class
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<1>>;

History learn(Model<Net>& model, const data::Dataset<Label>& data) {
    return fit(model, data, Fit{.loss = losses::MeanSquaredError{}});
}
