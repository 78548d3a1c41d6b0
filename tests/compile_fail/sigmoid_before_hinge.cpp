// expect: loss of output `1` `Sigmoid`: expected scores that may be negative, got the probabilities of `Sigmoid`; leave that out
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<1>, Sigmoid>;

Evaluation judge(const Model<Net>& model, const data::Dataset<float>& data) {
    return evaluate(model, data, losses::Hinge{});
}
