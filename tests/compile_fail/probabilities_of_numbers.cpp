// expect: predict_proba: expected a cross-entropy or a network that ends in probabilities, got a loss that knows none; use predict
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<10>, Dense<3>>;

std::vector<float> ask(const Model<Net>& model, const std::vector<float>& inputs) {
    return predict_proba(model, inputs, losses::MeanSquaredError{});
}
