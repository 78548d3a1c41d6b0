// Optimizer sweeps against the memory: each beside a sweep that reads and writes the same arrays and does
// nothing else. As many parameters as fit into the second-level cache, into the third, and into none.

#include "burin/kernels/sweep.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/momentum.hpp"
#include "burin/optimizers/sgd.hpp"

#include "machine.hpp"
#include "random_numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace burin;

/// Reads parameters, gradients and `State` more arrays; writes all but the gradients.
template <std::size_t State>
void bare_sweep(float* parameters, const float* gradients, float* state, std::size_t count) {
    kernels::for_each_vector<float>(count, [&](std::size_t, auto load, auto store) {
        auto sum = load(parameters) + load(gradients);
        for (float* each = state; each != state + State * count; each += count) {
            const auto value = load(each);
            sum = sum + value;
            store(each, value);
        }
        store(parameters, sum);
    });
}

template <class Optimizer>
void sweep(benchmark::State& state) {
    constexpr std::size_t extra = Optimizer::state_vectors;
    const auto count = static_cast<std::size_t>(state.range(0));
    auto parameters = random_numbers(count);
    const auto gradients = random_numbers(count);
    Numbers memory(std::max<std::size_t>(extra * count, 1));
    const Optimizer optimizer{.learning_rate = 1e-6};
    const double bytes = 4.0 * static_cast<double>(count * (3 + 2 * extra));

    // The two take turns, so that both see the same clock and the same neighbours; the fastest turn counts.
    double bare = 1e9, own = 1e9;
    std::uint64_t step = 0;
    for (auto _ : state) {
        auto start = machine::Clock::now();
        optimizer.update(parameters.data(), gradients.data(), memory.data(), count, ++step);
        benchmark::ClobberMemory();
        const double seconds = machine::seconds_since(start);
        state.SetIterationTime(seconds);
        own = std::min(own, seconds);

        start = machine::Clock::now();
        bare_sweep<extra>(parameters.data(), gradients.data(), memory.data(), count);
        benchmark::ClobberMemory();
        bare = std::min(bare, machine::seconds_since(start));
    }
    state.counters["GB/s"] = bytes / own / 1e9;
    state.counters["bandwidth"] = bytes / bare / 1e9;
    state.counters["of_bandwidth_%"] = 100 * bare / own;
}

#define BENCHMARK_SWEEP(...)                                                                                 \
    BENCHMARK_TEMPLATE(sweep, __VA_ARGS__)                                                                   \
        ->ArgName("parameters")                                                                              \
        ->Arg(10'000)                                                                                        \
        ->Arg(101'770)                                                                                       \
        ->Arg(20'000'000)                                                                                    \
        ->UseManualTime()

BENCHMARK_SWEEP(optimizers::SGD);
BENCHMARK_SWEEP(optimizers::Momentum);
BENCHMARK_SWEEP(optimizers::Adam);

} // namespace
