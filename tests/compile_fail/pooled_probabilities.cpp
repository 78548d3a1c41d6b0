// expect: loss of output `2` `GlobalAveragePool1D`: expected logits or a Softmax, got the outputs of `Sigmoid`
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 10>, Conv1D<3, 3>, Sigmoid, GlobalAveragePool1D>;

Evaluation judge(const Model<Net>& model, const data::Dataset<>& data) { return evaluate(model, data); }
