// Learns XOR with what burin/embedded.hpp gives.

#include <burin/embedded.hpp>

#include <array>
#include <cstdio>

using Net = burin::Sequential<burin::Input<2>, burin::Dense<8>, burin::Tanh, burin::Dense<2>>;

int main() {
    static constexpr std::array<float, 8> inputs{0, 0, 0, 1, 1, 0, 1, 1};
    static constexpr std::array<burin::Label, 4> targets{0, 1, 1, 0};

    burin::Parameters<Net> parameters;
    burin::initialize(parameters, burin::initializers::Default{}, 1);
    burin::Trainer<Net, burin::losses::SparseCategoricalCrossentropy, burin::optimizers::Adam, 4> trainer{
        parameters, {}, {.learning_rate = 0.05}};
    for (int step = 0; step < 500; ++step)
        trainer.step(std::span<const float>(inputs), std::span<const burin::Label>(targets));

    burin::Predictor<Net, 4> predictor;
    const auto logits = predictor(parameters, inputs);
    int right = 0;
    for (std::size_t i = 0; i < targets.size(); ++i)
        right += (logits[2 * i + 1] > logits[2 * i]) == (targets[i] == 1);
    std::printf("%d of 4 right\n", right);
    return right == 4 ? 0 : 1;
}
