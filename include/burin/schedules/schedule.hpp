#pragma once

#include "burin/core/language.hpp"

#include <concepts>
#include <cstdint>

/// Learning rates as functions of the step.
///
/// A schedule gives the learning rate itself for a step counted from 0 (PyTorch's give the same numbers, but
/// as factors of the optimizer's rate). It remembers nothing, so any step may be asked for, and training can
/// be continued anywhere. Give one to `Fit{.schedule = schedules::Cosine{.learning_rate = 1e-3, .steps =
/// 1000}}` or to `Trainer::step`. A lambda is one too: `[](std::uint64_t step) { return 1e-3 / (1 + 0.01 *
/// step); }`.
///
/// Schedules are in steps, which are batches; `PerEpoch` makes one by epochs. `WarmUp` and `Sequence` are
/// made of others. One that has a member `momentum(step)`, as `OneCycle`, sets the optimizer's momentum too.
///
/// All are constant expressions but where they raise to a power that is no whole number. No option leads to a
/// division by zero: a length of 0 steps leaves the rate as it is, a power or decay below 0 counts as 0. What
/// is NaN or infinite goes through to the rate, and `fit` refuses it.
namespace burin::schedules {

/// What gives a learning rate for a step.
template <class T>
concept Schedule = requires(const T& schedule, std::uint64_t step) {
    { schedule(step) } -> std::convertible_to<double>;
};

/// A schedule that gives the momentum too.
template <class T>
concept WithMomentum = Schedule<T> && requires(const T& schedule, std::uint64_t step) {
    { schedule.momentum(step) } -> std::convertible_to<double>;
};

/// No schedule: the optimizer's own learning rate stays.
struct Unscheduled {};

} // namespace burin::schedules
