#pragma once

#include "burin/kernels/simd.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

/// What this core can do, measured: the scale for every other figure. The machine is shared and its clock
/// changes, so a peak is taken beside each figure, not once.
namespace machine {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Fused multiply-adds that do not wait for each other, all in registers; in operations a second (two each).
/// Twelve sums: more than latency times throughput of any x86 or Arm core so far (4 × 2, Zen and Intel; 4 ×
/// 3, 4 × 4 with the widest Arm cores, which it undercounts).
inline double fma_burst(std::size_t steps) {
    using burin::kernels::broadcast;
    constexpr std::size_t sums = 12;
    float one = 1.0f, small = 1e-9f;
    benchmark::DoNotOptimize(one);
    benchmark::DoNotOptimize(small);
    const auto factor = broadcast(one), summand = broadcast(small);
    decltype(broadcast(one)) sum[sums];
    for (std::size_t i = 0; i < sums; ++i) {
        // Equal sums would be computed once.
        float begin = static_cast<float>(i);
        benchmark::DoNotOptimize(begin);
        sum[i] = broadcast(begin);
    }
    const auto start = Clock::now();
    for (std::size_t step = 0; step < steps; ++step)
#pragma GCC unroll 12
        for (std::size_t i = 0; i < sums; ++i)
            sum[i] = fma(sum[i], factor, summand);
    const double seconds = seconds_since(start);
    for (const auto& each : sum) {
        float lane = burin::kernels::first_lane<float>(each);
        benchmark::DoNotOptimize(lane);
    }
    return static_cast<double>(2 * sums * steps * burin::kernels::width<float>) / seconds;
}

/// The best of a few bursts of about a millisecond.
inline double fma_peak() {
    double best = 0;
    for (int burst = 0; burst < 5; ++burst)
        best = std::max(best, fma_burst(300'000));
    return best;
}

/// Runs a benchmark between two measurements of the peak, and gives its result as a share of the better one.
template <class Function>
void report_share_of_peak(benchmark::State& state, double operations_per_iteration, Function function) {
    double peak = fma_peak();
    const auto start = Clock::now();
    for (auto _ : state)
        function();
    const double seconds = seconds_since(start);
    peak = std::max(peak, fma_peak());
    const double rate = operations_per_iteration * static_cast<double>(state.iterations()) / seconds;
    state.counters["GFLOPS"] = rate / 1e9;
    state.counters["peak"] = peak / 1e9;
    state.counters["of_peak_%"] = 100 * rate / peak;
}

} // namespace machine
