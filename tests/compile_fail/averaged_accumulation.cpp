// expect: ExponentialAverage: expected an optimizer that takes a step for each batch (put Accumulate outside, as in `Accumulate{ExponentialAverage{AdamW{}}}`), got `optimizers::Accumulate<optimizers::SGD>`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<8>, Dense<4>>;
using Rule = optimizers::ExponentialAverage<optimizers::Accumulate<optimizers::SGD>>;

void train(Parameters<Net>& weights, const Samples<Net, losses::MeanSquaredError>& samples) {
    Trainer<Net, losses::MeanSquaredError, Rule, 4> trainer(weights, {}, Rule{});
    trainer.step(samples);
}
