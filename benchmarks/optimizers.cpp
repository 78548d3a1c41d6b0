// Optimizer sweeps against what bounds them: the larger of the time of a sweep that reads and writes the same
// arrays and does nothing else, and of the time of the rule on values in registers that come from nowhere. As
// many parameters as fit into the first or second cache, into the third, and into none.

#include "burin/optimizers/adagrad.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/adamw.hpp"
#include "burin/optimizers/momentum.hpp"
#include "burin/optimizers/nesterov.hpp"
#include "burin/optimizers/rmsprop.hpp"
#include "burin/optimizers/sgd.hpp"

#include "bandwidth.hpp"
#include "machine.hpp"
#include "optimizer_bound.hpp"
#include "random_numbers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace burin;

using machine::Array, machine::random_array;

template <class Optimizer, class Scalar>
void sweep(benchmark::State& state) {
    machine::pin_to_one_core();
    constexpr std::size_t states = Optimizer::state_vectors;
    const auto count = static_cast<std::size_t>(state.range(0));
    auto parameters = random_array<Scalar>(count);
    const auto gradients = random_array<Scalar>(count);
    Array<Scalar> memory(std::max<std::size_t>(states * count, 1));
    std::array<Scalar*, states + 1> written{parameters.data()};
    for (std::size_t k = 0; k < states; ++k)
        written[k + 1] = memory.data() + k * count;
    const Optimizer optimizer{.learning_rate = 1e-6};

    // They take turns of many passes, so that both see the same clock and the same neighbours.
    const std::size_t passes = std::max<std::size_t>(1, 200'000 / count);
    const auto seconds_of = [passes](auto pass) {
        pass(); // Brings what fits into the caches.
        const auto start = machine::Clock::now();
        for (std::size_t i = 0; i < passes; ++i)
            pass();
        return machine::seconds_since(start) / static_cast<double>(passes);
    };
    std::vector<double> arithmetic, bare, own;
    std::uint64_t step = 0;
    for (auto _ : state) {
        own.push_back(seconds_of([&] {
            burin::optimizers::update(optimizer, parameters.data(), gradients.data(), memory.data(), count,
                                      ++step);
            benchmark::ClobberMemory();
        }));
        state.SetIterationTime(own.back() * static_cast<double>(passes));
        bare.push_back(seconds_of([&] { machine::stream(gradients.data(), written, count); }));
        arithmetic.push_back(machine::rule_time<Optimizer, Scalar>(optimizer, 1) *
                             static_cast<double>(count));
    }
    std::vector<double> shares;
    for (std::size_t turn = 0; turn < own.size(); ++turn)
        shares.push_back(std::max(bare[turn], arithmetic[turn]) / own[turn]);
    const double each = 1e9 / static_cast<double>(count);
    state.counters["bandwidth_ns"] = machine::median(bare) * each;
    state.counters["arithmetic_ns"] = machine::median(arithmetic) * each;
    state.counters["ns"] = machine::median(own) * each;
    state.counters["of_bound_%"] = 100 * machine::median(shares);
}

#define BENCHMARK_SWEEP(OPTIMIZER, SCALAR)                                                                   \
    BENCHMARK_TEMPLATE(sweep, optimizers::OPTIMIZER, SCALAR)                                                 \
        ->ArgName("parameters")                                                                              \
        ->Arg(4'000)                                                                                         \
        ->Arg(100'000)                                                                                       \
        ->Arg(10'000'000)                                                                                    \
        ->UseManualTime()

#define BENCHMARK_SWEEPS(OPTIMIZER)                                                                          \
    BENCHMARK_SWEEP(OPTIMIZER, float);                                                                       \
    BENCHMARK_SWEEP(OPTIMIZER, double)

BENCHMARK_SWEEPS(SGD);
BENCHMARK_SWEEPS(Momentum);
BENCHMARK_SWEEPS(Nesterov);
BENCHMARK_SWEEPS(Adagrad);
BENCHMARK_SWEEPS(RMSprop);
BENCHMARK_SWEEPS(Adam);
BENCHMARK_SWEEPS(AdamW);

} // namespace
