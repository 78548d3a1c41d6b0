// expect: loss of output `2` `Dropout<0.5>`: expected `Softmax` last, as the loss contains it, got `Dropout<0.5>` behind it; put that before it
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<3>, Softmax, Dropout<0.5>>;

History learn(Model<Net>& model, const data::Dataset<>& data) { return fit(model, data); }
