// expect: ParameterGroups: expected a pattern that fits a trained parameter of the network, got `encodr.*`; there are `0.weight`, `0.bias`
#include "burin/embedded.hpp"

using namespace burin;

using Net = Sequential<Input<8>, Dense<4>>;

void train(Parameters<Net>& weights, const Samples<Net, losses::MeanSquaredError>& samples) {
    const optimizers::ParameterGroups rule{optimizers::AdamW{}, optimizers::RateOn<"encodr.*">{.factor = 0.1}};
    Trainer<Net, losses::MeanSquaredError, std::remove_const_t<decltype(rule)>, 4> trainer(weights, {}, rule);
    trainer.step(samples);
}
