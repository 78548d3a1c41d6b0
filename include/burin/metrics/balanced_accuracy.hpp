#pragma once

#include "burin/metrics/class_score.hpp"

#include <cstddef>
#include <string_view>

namespace burin::metrics {

namespace detail {

struct KindBalancedAccuracy {
    static constexpr std::string_view name = "balanced_accuracy";
    static constexpr RecallRule rule{};
    static constexpr bool leaves_out = true;
};

} // namespace detail

/// The mean recall of the classes that occur: the accuracy if all classes were equally frequent. NaN if none
/// does.
template <std::size_t Classes = 2>
using BalancedAccuracy = ClassScore<detail::KindBalancedAccuracy, Classes>;

} // namespace burin::metrics
