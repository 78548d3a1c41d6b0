// expect: loss of output `0` `Dense<3>`: expected a distribution, as in a Dataset<float>, got labels; for those use SparseCategoricalCrossentropy
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<3>>;

Evaluation judge(const Model<Net>& model, const data::Dataset<Label>& data) {
    return evaluate(model, data, losses::CategoricalCrossentropy{});
}
