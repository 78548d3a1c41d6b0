// expect: ReduceLearningRate: expected Fit without `.schedule`, which sets the rate of each step itself, got one; leave out one of them
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"
#include "burin/callbacks/reduce_learning_rate.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

History train(Model<Net>& model, const data::Dataset<Label>& samples) {
    return fit(model, samples,
               Fit{.schedule = schedules::Cosine{.steps = 100}, .callbacks = callbacks::ReduceLearningRate{}});
}
