#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <cstdint>

namespace burin::schedules {

/// learning_rate · factor^⌊step / steps⌋: the rate falls after every `steps`. PyTorch's StepLR. With 0 steps
/// it never falls.
struct Step {
    double learning_rate = 1e-3;
    std::uint64_t steps = 0; ///< Between two falls.
    double factor = 0.1;

    constexpr double operator()(std::uint64_t step) const noexcept {
        return steps == 0 ? learning_rate : learning_rate * detail::power(factor, step / steps);
    }
};

} // namespace burin::schedules
