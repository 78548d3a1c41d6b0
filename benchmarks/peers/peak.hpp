#pragma once

#include "burin/kernels/simd.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace peers {

/// Operations a second (a fused multiply-add is two) of multiply-adds that wait for nothing: the best of a
/// few bursts of about a millisecond.
template <class Scalar>
double fma_peak() {
    using burin::kernels::broadcast;
    constexpr std::size_t sums = 12, steps = 300'000;
    // What the compiler does not know, it cannot compute before.
    const auto unknown = [](double value) {
        auto number = static_cast<Scalar>(value);
        asm volatile("" : "+m"(number));
        return broadcast(number);
    };
    const auto factor = unknown(1), summand = unknown(1e-9);
    double best = 0;
    for (int burst = 0; burst < 5; ++burst) {
        burin::kernels::Vector<Scalar> sum[sums];
        for (std::size_t i = 0; i < sums; ++i)
            sum[i] = unknown(static_cast<double>(i));
        const auto start = std::chrono::steady_clock::now();
        for (std::size_t step = 0; step < steps; ++step)
#pragma GCC unroll 12
            for (std::size_t i = 0; i < sums; ++i)
                sum[i] = fma(sum[i], factor, summand);
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        for (const auto& each : sum) {
            Scalar lane = burin::kernels::first_lane<Scalar>(each);
            asm volatile("" : "+m"(lane));
        }
        best = std::max(best, 2.0 * sums * steps * burin::kernels::width<Scalar> / seconds);
    }
    return best;
}

} // namespace peers
