// Updates parameters as a microcontroller may, by the rules that do more than arithmetic on each of them.

#include "burin/core/set_macros_aside.hpp"

#include "burin/embedded.hpp"
#include "burin/optimizers/adafactor.hpp"
#include "burin/optimizers/lbfgs.hpp"

#include "burin/core/restore_macros.hpp"

#include <cstdint>

namespace o = burin::optimizers;

using Net = burin::Sequential<burin::Input<4>, burin::Dense<3>>;

float weights[burin::trained_count<Net>], slopes[burin::trained_count<Net>];

template <class Rule>
void step(std::uint64_t number) {
    static float state[o::state_size<Rule, Net> + 1];
    o::apply<Net>(Rule{}, weights, slopes, state, number,
                  [] { return burin::losses::LossSum<float>{weights[0] * weights[0], 1}; });
}

void all(std::uint64_t number) {
    step<o::Adafactor>(number);
    step<o::LAMB>(number);
    step<o::LBFGS<4, o::LineSearch::strong_wolfe>>(number);
    step<o::NAdam>(number);
    step<o::RAdam>(number);
    using Groups = o::ParameterGroups<o::AdamW, o::NoDecayOn<burin::roles::biases>, o::FreezeOn<"0.*">>;
    step<o::SAM<o::Accumulate<o::Lookahead<o::ExponentialAverage<o::StochasticAverage<Groups>>>>>>(number);
}
