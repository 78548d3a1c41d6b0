#pragma once

#include "burin/schedules/schedule.hpp"

#include <cstdint>

namespace burin::schedules {

/// One schedule for `steps`, then another, whose steps begin with 0: PyTorch's SequentialLR. The second may
/// be a Sequence itself.
///
///     schedules::Sequence{schedules::Constant{1e-3}, 1'000, schedules::Exponential{1e-3, 0.999}}
template <Schedule First, Schedule Second>
struct Sequence {
    First first;
    std::uint64_t steps; ///< Of the first.
    Second second;

    constexpr double operator()(std::uint64_t step) const noexcept {
        return step < steps ? static_cast<double>(first(step)) : static_cast<double>(second(step - steps));
    }

    constexpr double momentum(std::uint64_t step) const noexcept
        requires(WithMomentum<First> && WithMomentum<Second>)
    {
        return step < steps ? first.momentum(step) : second.momentum(step - steps);
    }
};

template <class First, class Second>
Sequence(First, std::uint64_t, Second) -> Sequence<First, Second>;

} // namespace burin::schedules
