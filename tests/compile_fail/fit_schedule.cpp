// expect: Fit: .schedule: expected a schedule, as in `.schedule = schedules::Cosine{.learning_rate = 1e-3, .steps = 1000}`, got `double`
#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/training/fit.hpp"

using namespace burin;

using Net = Sequential<Input<8, 8>, Flatten, Dense<10>>;

History train(Model<Net>& model, const data::Dataset<Label>& samples) {
    return fit(model, samples, Fit{.schedule = 1e-3});
}
