// The network of examples/mnist: whole training steps (forward, loss, backward, Adam) and the inference of
// one sample. Every step sees other samples of a set that is larger than the caches; pixels are random, as
// fast as real ones: no kernel looks at the values.

#include "burin/embedded.hpp"

#include "machine.hpp"
#include "random_numbers.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace {

using namespace burin;

using Net = Sequential<Input<28, 28>, Flatten, Dense<128>, ReLU, Dense<10>>;

constexpr std::size_t pixels = 28 * 28;
constexpr std::size_t samples = 128 * 160;

const Numbers& images() {
    static const Numbers all = random_numbers(samples * pixels, 0, 1);
    return all;
}

/// Forward is counted once, backward twice, less the gradient of the first layer's input, which nothing
/// needs.
constexpr double operations_of_a_step(std::size_t batch) {
    constexpr double first = 2.0 * pixels * 128, second = 2.0 * 128 * 10;
    return static_cast<double>(batch) * (2 * first + 3 * second);
}

template <std::size_t Batch>
void training_step(benchmark::State& state) {
    const auto parameters = std::make_unique<Parameters<Net>>();
    initialize<Net>(*parameters, initializers::Default{}, 1);
    const auto trainer =
        std::make_unique<Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, Batch>>(
            *parameters);
    std::vector<Label> labels(samples);
    for (std::size_t i = 0; i < samples; ++i)
        labels[i] = static_cast<Label>(i % 10);

    const Numbers& pixels_of_all = images();
    std::size_t first = 0;
    machine::report_share_of_peak(state, operations_of_a_step(Batch), [&] {
        auto loss = trainer->step(std::span(pixels_of_all).subspan(first * pixels, Batch * pixels),
                                  std::span(labels).subspan(first, Batch));
        benchmark::DoNotOptimize(loss);
        first = (first + Batch) % samples;
    });
    state.SetItemsProcessed(static_cast<std::int64_t>(Batch) * state.iterations());
}
BENCHMARK_TEMPLATE(training_step, 32);
BENCHMARK_TEMPLATE(training_step, 128);

template <std::size_t Batch>
void inference(benchmark::State& state) {
    const auto parameters = std::make_unique<Parameters<Net>>();
    initialize<Net>(*parameters, initializers::Default{}, 1);
    const auto predictor = std::make_unique<Predictor<Net, Batch>>();
    const Numbers& pixels_of_all = images();
    std::size_t first = 0;
    machine::report_share_of_peak(state, static_cast<double>(Batch * flops<Net>), [&] {
        auto outputs =
            (*predictor)(*parameters, std::span(pixels_of_all).subspan(first * pixels, Batch * pixels));
        benchmark::DoNotOptimize(outputs);
        first = (first + Batch) % samples;
    });
    state.SetItemsProcessed(static_cast<std::int64_t>(Batch) * state.iterations());
}
BENCHMARK_TEMPLATE(inference, 1);
BENCHMARK_TEMPLATE(inference, 32);

} // namespace
