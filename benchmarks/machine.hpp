#pragma once

#include "burin/kernels/simd.hpp"

#include "peers/peak.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

/// What this core can do, measured: the scale for every other figure. The machine is shared and its clock
/// changes, so a peak is taken beside each figure, not once.
namespace machine {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A number that the compiler does not know. (DoNotOptimize leaves it the choice between a register and
/// memory, of which g++ 12 takes one for what it writes and the other for what it reads.)
template <class Scalar>
burin::kernels::Vector<Scalar> opaque(Scalar value) {
    asm volatile("" : "+m"(value));
    return burin::kernels::broadcast(value);
}

/// The time of one x = f(x), or f(x, which), for vectors that do not wait for each other, all in registers:
/// in seconds. Twelve of them: more than latency times throughput of any x86 or Arm core so far (4 × 2, Zen
/// and Intel; 4 × 3, 4 × 4 with the widest Arm cores, which it undercounts).
template <class Scalar, std::size_t Chains = 12, class Function>
double register_burst(std::size_t steps, Function f) {
    burin::kernels::Vector<Scalar> x[Chains];
    for (std::size_t i = 0; i < Chains; ++i) {
        // Equal chains would be computed once.
        x[i] = opaque(static_cast<Scalar>(1 + static_cast<double>(i) / 7));
    }
    const auto start = Clock::now();
    for (std::size_t step = 0; step < steps; ++step)
#pragma GCC unroll 12
        for (std::size_t i = 0; i < Chains; ++i)
            if constexpr (std::is_invocable_v<Function, burin::kernels::Vector<Scalar>, std::size_t>)
                x[i] = f(x[i], i);
            else
                x[i] = f(x[i]);
    const double seconds = seconds_since(start);
    for (const auto& each : x) {
        Scalar lane = burin::kernels::first_lane<Scalar>(each);
        asm volatile("" : "+m"(lane));
    }
    return seconds / static_cast<double>(steps * Chains);
}

/// The best of some bursts of a quarter of a millisecond or more: seconds for one f of a vector.
template <class Scalar, std::size_t Chains = 12, class Function>
double register_time(Function f, int bursts = 20) {
    double best = 1;
    for (int burst = 0; burst < bursts; ++burst)
        best = std::min(best, register_burst<Scalar, Chains>(50'000, f));
    return best;
}

/// The middle one of some figures.
inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Fused multiply-adds, in operations a second (two each).
template <class Scalar = float>
double fma_peak() {
    using Vector = burin::kernels::Vector<Scalar>;
    const Vector factor = opaque<Scalar>(1), summand = opaque(static_cast<Scalar>(1e-9));
    const double seconds =
        register_time<Scalar>([=](const Vector& x) { return burin::kernels::fma(x, factor, summand); });
    return static_cast<double>(2 * burin::kernels::width<Scalar>) / seconds;
}

/// Runs a benchmark, and then 20 milliseconds of it in turns with multiply-adds in registers: gives its
/// result as a share of what these reach (see `peers::beside_peak`).
template <class Scalar = float, class Function>
void report_share_of_peak(benchmark::State& state, double operations_per_iteration, Function function) {
    for (auto _ : state)
        function();
    const auto repeat = [&](std::size_t times) {
        for (; times > 0; --times)
            function();
    };
    const peers::BesidePeak beside = peers::beside_peak<Scalar>(repeat, 0.02);
    const double rate = operations_per_iteration / beside.seconds;
    state.counters["GFLOPS"] = rate / 1e9;
    state.counters["peak"] = beside.operations / 1e9;
    state.counters["of_peak_%"] = 100 * rate / beside.operations;
}

} // namespace machine
