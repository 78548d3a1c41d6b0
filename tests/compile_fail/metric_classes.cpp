// expect: metric `f1`: expected as many classes as outputs, 10, got 2
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

Evaluation judge(const Model<Net>& model, const data::Dataset<Label>& samples) {
    return evaluate(model, samples, losses::SparseCategoricalCrossentropy{}, metrics::F1<>{});
}
