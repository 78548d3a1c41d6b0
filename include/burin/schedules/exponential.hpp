#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <cstdint>

namespace burin::schedules {

/// learning_rate · factor^(step / steps): the rate is multiplied by `factor` in `steps`, smoothly. With one
/// step PyTorch's ExponentialLR, with more Keras's ExponentialDecay; `Step` is its staircase. With 0 steps
/// the rate stays; a factor below 0 counts as 0.
struct Exponential {
    double learning_rate = 1e-3;
    double factor = 0.999;
    std::uint64_t steps = 1;

    constexpr double operator()(std::uint64_t step) const noexcept {
        if (steps == 0)
            return learning_rate;
        // The whole part apart: it is exact, and all there is with one step.
        const double base = detail::at_least_zero(factor);
        const double whole = detail::power(base, step / steps);
        const std::uint64_t rest = step % steps;
        return learning_rate * (rest == 0 ? whole : whole * detail::power(base, detail::part(rest, steps)));
    }
};

} // namespace burin::schedules
