// Prints the losses of some steps, bit by bit: the same whether kernels are linked or compiled.
#include <burin/embedded.hpp>

#include <array>
#include <cstddef>
#include <cstdio>

using namespace burin;

namespace {

using Net = Sequential<Input<14, 14, 1>, Conv2D<6, 5, Same>, ReLU, MaxPool2D<2>, Conv2D<20, 3>, ReLU, Flatten,
                       Dense<84>, ReLU, Dense<10>>;
constexpr std::size_t batch = 32, pixels = 14 * 14;

Parameters<Net> start;
Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Momentum, batch> trainer{start};

} // namespace

int main() {
    initialize(start, initializers::Default{}, 1);
    static std::array<float, batch * pixels> x;
    std::array<Label, batch> y{};
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(i * 7919 % 1000) / 1000;
    for (std::size_t i = 0; i < batch; ++i)
        y[i] = static_cast<Label>(i % 10);
    for (int step = 0; step < 10; ++step) {
        const std::size_t rows = step % 3 == 2 ? 13 : batch;
        const auto sum =
            trainer.step(std::span(x).first(rows * pixels), std::span<const Label>(y).first(rows));
        std::printf("%a\n", static_cast<double>(sum.total));
    }
}
