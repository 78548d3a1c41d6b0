// The network of examples/mnist: whole training steps (forward, loss, backward, Adam) and the inference of
// one sample. Every step sees other samples of a set that is larger than the caches; pixels are random, as
// fast as real ones: no kernel looks at the values.

#include "burin/embedded.hpp"

#include "bandwidth.hpp"
#include "machine.hpp"
#include "optimizer_bound.hpp"
#include "random_numbers.hpp"

#include "burin/passes/traffic.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

using Loss = losses::SparseCategoricalCrossentropy;
using Optimizer = optimizers::Adam;
using Step = engine::Plan<Net, recipes::training.with(fitting::links_of<Net, Loss>)>;

/// Forward once, backward twice, less the gradient of the first layer's input, which nothing needs.
template <std::size_t Batch>
constexpr double operations_of_a_step = [] {
    std::size_t sum = 0;
    for (std::size_t s = 0; s < Step::program.step_count; ++s)
        sum += passes::flops(Step::program.steps[s], Step::graph.nodes);
    return static_cast<double>(Batch * sum);
}();

/// Bytes that the plan moves, without the optimizer.
template <std::size_t Batch>
constexpr double bytes_of_a_step = [] {
    std::size_t sum = 0;
    for (std::size_t s = 0; s < Step::program.step_count; ++s)
        sum += passes::traffic(Step::program.steps[s], Step::program, Step::graph.nodes, Batch).total();
    return static_cast<double>(sizeof(float) * sum);
}();

/// Seconds that no step can be faster than: each of the plan's steps takes its multiply-adds at the peak or
/// its bytes at the bandwidth of the second cache, the optimizer its own bound.
template <std::size_t Batch>
double roofline(double peak, double bandwidth, double optimizer) {
    double sum = optimizer;
    for (std::size_t s = 0; s < Step::program.step_count; ++s) {
        const passes::Step& step = Step::program.steps[s];
        const auto operations = static_cast<double>(Batch * passes::flops(step, Step::graph.nodes));
        const auto elements = passes::traffic(step, Step::program, Step::graph.nodes, Batch).total();
        sum += std::max(operations / peak, static_cast<double>(sizeof(float) * elements) / bandwidth);
    }
    return sum;
}

template <std::size_t Batch>
void training_step(benchmark::State& state) {
    const auto parameters = std::make_unique<Parameters<Net>>();
    initialize<Net>(*parameters, initializers::Default{}, 1);
    const auto trainer = std::make_unique<Trainer<Net, Loss, Optimizer, Batch>>(*parameters);
    std::vector<Label> labels(samples);
    for (std::size_t i = 0; i < samples; ++i)
        labels[i] = static_cast<Label>(i % 10);

    const Numbers& pixels_of_all = images();
    std::size_t first = 0;
    const double bandwidth = machine::bandwidth<1>(machine::cache_size(2) / 2);
    const double optimizer = machine::sweep_bound<Optimizer, float>(parameter_count<Net>);
    machine::report_share_of_peak(state, operations_of_a_step<Batch>, [&] {
        auto loss = trainer->step(std::span(pixels_of_all).subspan(first * pixels, Batch * pixels),
                                  std::span(labels).subspan(first, Batch));
        benchmark::DoNotOptimize(loss);
        first = (first + Batch) % samples;
    });
    const double seconds = operations_of_a_step<Batch> / (state.counters["GFLOPS"] * 1e9);
    state.counters["MB"] = bytes_of_a_step<Batch> / 1e6;
    state.counters["optimizer_us"] = 1e6 * optimizer;
    state.counters["of_roofline_%"] =
        100 * roofline<Batch>(state.counters["peak"] * 1e9, bandwidth, optimizer) / seconds;
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
