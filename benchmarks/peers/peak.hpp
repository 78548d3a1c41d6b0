#pragma once

#include "burin/kernels/simd.hpp"

#include "peer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <vector>

namespace peers {

// What no work can be faster than.

/// Operations of one step of `multiply_adds`: twelve vectors of them, a fused multiply-add being two.
template <class Scalar>
inline constexpr double operations_of_step = 2.0 * 12 * burin::kernels::width<Scalar>;

/// So many steps of multiply-adds that wait for nothing.
template <class Scalar>
void multiply_adds(std::size_t steps) {
    using burin::kernels::broadcast, burin::kernels::fma;
    // What the compiler does not know, it cannot compute before.
    const auto unknown = [](double value) {
        auto number = static_cast<Scalar>(value);
        asm volatile("" : "+m"(number));
        return broadcast(number);
    };
    const auto factor = unknown(1), summand = unknown(1e-9);
    std::array<burin::kernels::Vector<Scalar>, 12> sums;
    for (std::size_t i = 0; i < sums.size(); ++i)
        sums[i] = unknown(static_cast<double>(i));
    for (std::size_t step = 0; step < steps; ++step)
#pragma GCC unroll 12
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] = fma(sums[i], factor, summand);
    for (const auto& each : sums) {
        Scalar lane = burin::kernels::first_lane<Scalar>(each);
        asm volatile("" : "+m"(lane));
    }
}

struct BesidePeak {
    double seconds;    ///< Of a run.
    double operations; ///< A second, in registers.
};

/// Runs and multiply-adds in turns of a quarter of a millisecond (or of one run), for about so many seconds,
/// but five turns at least: the medians, which leave out those turns in which something else had the core.
/// Both must be at the same clock: an Intel server of 2023 lowers it by a seventh while it multiplies
/// matrices, and takes 5 milliseconds of multiply-adds in registers to raise it again.
template <class Scalar>
BesidePeak beside_peak(const std::function<void(std::size_t)>& repeat, double seconds) {
    constexpr double turn = 0.25e-3;
    const std::size_t steps = calibrate(multiply_adds<Scalar>, turn), runs = calibrate(repeat, turn);
    std::vector<double> of_runs, of_steps;
    for (double taken = 0; taken < seconds || of_runs.size() < 5;) {
        of_runs.push_back(seconds_of(repeat, runs));
        of_steps.push_back(seconds_of(multiply_adds<Scalar>, steps));
        taken += of_runs.back() + of_steps.back();
    }
    const auto median = [](std::vector<double>& times) {
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
        std::nth_element(times.begin(), middle, times.end());
        return *middle;
    };
    return {median(of_runs) / static_cast<double>(runs),
            operations_of_step<Scalar> * static_cast<double>(steps) / median(of_steps)};
}

/// Nanoseconds to read so many bytes and to overwrite so many others, with nothing computed, from whichever
/// caches hold them: as one stream or as four, whichever the processor fetches ahead better.
inline double traffic_time(std::size_t read_bytes, std::size_t written_bytes, double seconds) {
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
    const auto time_of = [&](std::size_t step, std::size_t end, std::size_t apart) {
        const auto move = [&](std::size_t times) {
            for (; times > 0; --times) {
                for (std::size_t i = 0; i < end; i += step)
                    for (std::size_t k = 0; k < together; ++k)
                        most[k] = max(most[k], load(from.data() + i + k * apart));
                for (std::size_t i = 0; i < to.size(); i += together * lanes)
                    for (std::size_t k = 0; k < together; ++k)
                        store(to.data() + i + k * lanes, most[k]);
                asm volatile("" : : : "memory");
            }
        };
        return undisturbed(move, calibrate(move, seconds));
    };
    return 1e9 * std::min(time_of(together * lanes, from.size(), lanes),
                          time_of(lanes, from.size() / together, from.size() / together));
}

} // namespace peers
