#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <cstdint>

namespace burin::schedules {

/// Evenly from `learning_rate` to `end_learning_rate`, which may be the higher, in `steps`; from then on the
/// end. PyTorch's LinearLR, whose factors are these rates'. With 0 steps the rate stays.
struct Linear {
    double learning_rate = 1e-3;
    std::uint64_t steps = 0; ///< Until the end.
    double end_learning_rate = 0;

    constexpr double operator()(std::uint64_t step) const noexcept {
        if (steps == 0)
            return learning_rate;
        // Not an addition at the end, which would not quite reach it.
        const double part = detail::part(step, steps);
        return learning_rate * (1 - part) + end_learning_rate * part;
    }
};

} // namespace burin::schedules
