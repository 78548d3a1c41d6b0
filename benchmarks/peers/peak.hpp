#pragma once

#include "burin/kernels/simd.hpp"

#include "numbers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <limits>

namespace peers {

/// Operations a second (a fused multiply-add is two) of multiply-adds that wait for nothing: the best of a
/// few bursts of about a millisecond.
template <class Scalar>
double fma_peak() {
    using burin::kernels::broadcast, burin::kernels::fma;
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

/// Nanoseconds to read so many bytes and to overwrite so many others, with nothing computed: the best of a
/// few bursts of about half a millisecond, from whichever caches hold them.
inline double traffic_time(std::size_t read_bytes, std::size_t written_bytes) {
    using burin::kernels::load, burin::kernels::store, burin::kernels::max;
    using Vector = burin::kernels::Vector<float>;
    constexpr std::size_t lanes = burin::kernels::width<float>, together = 4;
    const auto floats = [](std::size_t bytes) {
        const std::size_t vectors = (bytes / sizeof(float) + lanes - 1) / lanes;
        return (vectors + together - 1) / together * together * lanes;
    };
    const Memory<float> from = numbers<float>(1, floats(read_bytes));
    Memory<float> to(floats(written_bytes));
    std::array<Vector, together> most{};
    for (Vector& each : most)
        each = burin::kernels::broadcast(0.0f);
    const auto move = [&](std::size_t step, std::size_t end, std::size_t apart) {
        for (std::size_t i = 0; i < end; i += step)
            for (std::size_t k = 0; k < together; ++k)
                most[k] = max(most[k], load(from.data() + i + k * apart));
        for (std::size_t i = 0; i < to.size(); i += together * lanes)
            for (std::size_t k = 0; k < together; ++k)
                store(to.data() + i + k * lanes, most[k]);
        asm volatile("" : : : "memory");
    };
    const std::size_t times = 1 + 10'000'000 / (read_bytes + written_bytes + 1);
    double best = std::numeric_limits<double>::max();
    for (int burst = 0; burst < 10; ++burst) {
        const auto start = std::chrono::steady_clock::now();
        // As one stream or as four, whichever the processor fetches ahead better.
        for (std::size_t i = 0; i < times; ++i)
            burst % 2 == 0 ? move(together * lanes, from.size(), lanes)
                           : move(lanes, from.size() / together, from.size() / together);
        const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
        best = std::min(best, taken.count());
    }
    return best / static_cast<double>(times);
}

} // namespace peers
