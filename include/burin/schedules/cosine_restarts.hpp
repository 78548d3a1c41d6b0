#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <cstdint>

namespace burin::schedules {

/// `Cosine` again and again, each time `growth` times as long as before: PyTorch's
/// CosineAnnealingWarmRestarts (T_0, T_mult, eta_min). Loshchilov and Hutter, arXiv:1608.03983. With 0 steps
/// the rate stays; a growth of 0 counts as 1.
struct CosineRestarts {
    double learning_rate = 1e-3;
    std::uint64_t steps = 0; ///< Until the first restart.
    std::uint64_t growth = 1;
    double end_learning_rate = 0;

    constexpr double operator()(std::uint64_t step) const noexcept {
        if (steps == 0)
            return learning_rate;
        std::uint64_t period = steps;
        if (growth <= 1)
            step %= period;
        else
            while (step >= period) {
                step -= period;
                // What is left fits into the last period that can be counted.
                period = period <= ~std::uint64_t(0) / growth ? period * growth : ~std::uint64_t(0);
            }
        return detail::along_cosine(learning_rate, end_learning_rate, detail::part(step, period));
    }
};

} // namespace burin::schedules
