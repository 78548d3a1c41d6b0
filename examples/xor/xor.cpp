// The shortest complete program without a heap: a network that learns the exclusive or.
#include <burin/embedded.hpp>
#include <burin/report/summary.hpp>

#include <cstdio>

using namespace burin;

using Xor = Sequential<Input<2>, Dense<8>, Tanh, Dense<1>, Sigmoid>;

int main() {
    constexpr std::array<float, 8> inputs{0, 0, 0, 1, 1, 0, 1, 1};
    constexpr std::array<float, 4> targets{0, 1, 1, 0};
    report::print_summary<Xor, 4>();

    static Parameters<Xor> parameters;
    initialize(parameters, initializers::Default{}, /*seed*/ 1);
    static Trainer<Xor, losses::BinaryCrossentropy, optimizers::Adam, 4> trainer(parameters, {},
                                                                                 {.learning_rate = 0.05});
    for (int step = 0; step < 500; ++step)
        trainer.step(inputs, targets);

    static Predictor<Xor, 4> predictor;
    const auto y = predictor(parameters, inputs);
    for (std::size_t i = 0; i < 4; ++i)
        std::printf("%g xor %g = %.3f\n", double(inputs[2 * i]), double(inputs[2 * i + 1]), double(y[i]));
    return y[0] < 0.1f && y[1] > 0.9f && y[2] > 0.9f && y[3] < 0.1f ? 0 : 1;
}
