// expect: Accumulate: expected an optimizer that needs no second gradient of the same samples (put Accumulate inside, as in `SAM{Accumulate{AdamW{}}}`), got `optimizers::SAM<optimizers::SGD>`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<8>, Dense<4>>;

void train(Parameters<Net>& weights, const Samples<Net, losses::MeanSquaredError>& samples) {
    const optimizers::Accumulate rule{optimizers::SAM{optimizers::SGD{}}};
    Trainer<Net, losses::MeanSquaredError, optimizers::Accumulate<optimizers::SAM<optimizers::SGD>>, 4> trainer(weights, {}, rule);
    trainer.step(samples);
}
