#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <cstdint>

namespace burin::schedules {

/// end + (learning_rate − end) · (1 − step / steps)^power, from then on the end: PyTorch's PolynomialLR,
/// Keras's PolynomialDecay. With 0 steps the rate stays; a power below 0 counts as 0.
struct Polynomial {
    double learning_rate = 1e-3;
    std::uint64_t steps = 0; ///< Until the end.
    double power = 1;
    double end_learning_rate = 0;

    constexpr double operator()(std::uint64_t step) const noexcept {
        if (steps == 0)
            return learning_rate;
        if (step >= steps)
            return end_learning_rate;
        const double left = static_cast<double>(steps - step) / static_cast<double>(steps);
        return end_learning_rate +
               (learning_rate - end_learning_rate) * detail::power(left, detail::at_least_zero(power));
    }
};

} // namespace burin::schedules
