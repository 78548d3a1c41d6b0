#pragma once

#include "burin/core/language.hpp"

#include <concepts>
#include <cstdint>

namespace burin::schedules {

/// A learning rate that depends on the step: a small struct whose call gives the rate itself, for steps
/// counted from 0.
///
///     constexpr double operator()(std::uint64_t step) const noexcept;
///
/// One that also changes the momentum (or Adam's beta1) has a member `double momentum(std::uint64_t step)
/// const`. A schedule is a value: the rate of a step is the same whoever asks, and in whatever order.
template <class T>
concept Schedule = requires(const T& schedule, std::uint64_t step) {
    { schedule(step) } -> std::convertible_to<double>;
};

/// No schedule: the optimizer's own learning rate stays.
struct Unscheduled {};

} // namespace burin::schedules
