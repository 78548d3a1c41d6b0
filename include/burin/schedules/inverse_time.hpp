#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <cstdint>

namespace burin::schedules {

/// learning_rate / (1 + decay · step / steps): Keras's InverseTimeDecay, and the rate of Robbins and Monro,
/// "A stochastic approximation method", 1951. With 0 steps or a decay below 0 the rate stays.
struct InverseTime {
    double learning_rate = 1e-3;
    double decay = 1;
    std::uint64_t steps = 1000;

    constexpr double operator()(std::uint64_t step) const noexcept {
        if (steps == 0)
            return learning_rate;
        return learning_rate /
               (1 + detail::at_least_zero(decay) * (static_cast<double>(step) / static_cast<double>(steps)));
    }
};

} // namespace burin::schedules
