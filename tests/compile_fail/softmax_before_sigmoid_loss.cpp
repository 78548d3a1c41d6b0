// expect: loss of output `1` `Softmax`: expected logits or a Sigmoid, got the outputs of `Softmax`; leave that out, or use SparseCategoricalCrossentropy if one class of several is right
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<3>, Softmax>;

History learn(Model<Net>& model, const data::Dataset<float>& data) {
    return fit(model, data, Fit{.loss = losses::BinaryCrossentropy{}});
}
