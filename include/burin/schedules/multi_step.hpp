#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::schedules {

/// learning_rate · factor^(number of milestones up to the step): the rate falls at each of these steps, in
/// whatever order they are. PyTorch's MultiStepLR.
///
///     schedules::MultiStep{.learning_rate = 0.1, .milestones = {30'000, 60'000}}
template <std::size_t Count>
struct MultiStep {
    double learning_rate = 1e-3;
    std::uint64_t milestones[Count];
    double factor = 0.1;

    constexpr double operator()(std::uint64_t step) const noexcept {
        std::uint64_t passed = 0;
        for (const std::uint64_t milestone : milestones)
            passed += step >= milestone ? 1 : 0;
        return learning_rate * detail::power(factor, passed);
    }
};

} // namespace burin::schedules
