// A layer of one's own, outside the library: Maxout, in maxout.hpp.
#include "maxout.hpp"

#include <burin/embedded.hpp>

#include <array>
#include <cstdio>

using namespace burin;

// |x| is the larger of x and −x: two pieces can learn it exactly.
using Net = Sequential<Input<1>, Dense<8>, Maxout<2>, Dense<1>>;

int main() {
    static Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, /*seed*/ 3);
    static Trainer<Net, losses::MeanSquaredError, optimizers::Adam, 21> trainer(parameters, {},
                                                                                {.learning_rate = 0.01});

    std::array<float, 21> inputs{}, targets{};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        inputs[i] = static_cast<float>(i) / 10 - 1;
        targets[i] = inputs[i] < 0 ? -inputs[i] : inputs[i];
    }
    float loss = 0;
    for (int step = 0; step < 2000; ++step)
        loss = losses::reduce(trainer.loss, trainer.step(inputs, targets));
    std::printf("mean squared error of |x|: %g\n", static_cast<double>(loss));
    return loss < 1e-3f ? 0 : 1;
}
