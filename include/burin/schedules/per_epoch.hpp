#pragma once

#include "burin/schedules/schedule.hpp"

#include <cstdint>

namespace burin::schedules {

/// Another schedule whose steps are epochs: the rate is the same within each. An epoch of 0 steps counts as
/// one of 1.
///
///     schedules::PerEpoch{50, schedules::Step{.learning_rate = 0.1, .steps = 10}}
template <Schedule Inner>
struct PerEpoch {
    std::uint64_t steps_per_epoch; ///< ⌈samples / batch size⌉.
    Inner schedule;

    constexpr double operator()(std::uint64_t step) const noexcept { return schedule(epoch(step)); }

    constexpr double momentum(std::uint64_t step) const noexcept
        requires WithMomentum<Inner>
    {
        return schedule.momentum(epoch(step));
    }

  private:
    constexpr std::uint64_t epoch(std::uint64_t step) const noexcept {
        return steps_per_epoch == 0 ? step : step / steps_per_epoch;
    }
};

template <class Inner>
PerEpoch(std::uint64_t, Inner) -> PerEpoch<Inner>;

} // namespace burin::schedules
