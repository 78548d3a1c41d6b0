// expect: cross_validate: expected a network, which each fold trains anew: `cross_validate<Net>(data, folds,
// fit)`, got `Model<Sequential<Input<2>, Dense<3>
#include "burin/layers/dense.hpp"
#include "burin/validation.hpp"

using namespace burin;

using Net = Sequential<Input<2>, Dense<3>>;

validation::Scores validate(const Model<Net>& model, const data::Dataset<Label>& samples) {
    return validation::cross_validate(model, samples, validation::KFold{.folds = 5}, Fit{.epochs = 20});
}
