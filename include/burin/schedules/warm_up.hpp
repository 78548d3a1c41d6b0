#pragma once

#include "burin/schedules/schedule.hpp"

#include <cstdint>

namespace burin::schedules {

/// In front of another schedule, whose steps begin after it: evenly from `start` times its first rate to
/// that rate. PyTorch's LinearLR, whose `start_factor` is a third too, and another one in a SequentialLR;
/// from 0, as in Keras and in "Attention is all you need" (arXiv:1706.03762), the first step (within
/// `PerEpoch` the first epoch) changes nothing. With 0 steps it is the other alone.
///
///     schedules::WarmUp{500, schedules::Cosine{.learning_rate = 1e-3, .steps = 9'500}}
template <Schedule Inner>
struct WarmUp {
    std::uint64_t steps;
    Inner schedule;
    double start = 1.0 / 3; ///< A part of the first rate, not a rate.

    constexpr double operator()(std::uint64_t step) const noexcept {
        if (step >= steps)
            return schedule(step - steps);
        const double part = static_cast<double>(step) / static_cast<double>(steps);
        return schedule(0) * (start + (1 - start) * part);
    }

    constexpr double momentum(std::uint64_t step) const noexcept
        requires WithMomentum<Inner>
    {
        return schedule.momentum(step >= steps ? step - steps : 0);
    }
};

template <class Inner>
WarmUp(std::uint64_t, Inner, double = 1.0 / 3) -> WarmUp<Inner>;

} // namespace burin::schedules
