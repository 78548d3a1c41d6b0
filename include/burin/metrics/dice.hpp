#pragma once

#include "burin/metrics/class_score.hpp"

#include <cstddef>
#include <string_view>

namespace burin::metrics {

namespace detail {

struct KindDice {
    static constexpr std::string_view name = "dice";
    static constexpr FBetaRule rule{};
    static constexpr bool leaves_out = true;
};

} // namespace detail

/// Dice's coefficient of each class, 2 · |named and right| / (|named| + |right|), the same as F1; the mean
/// over the classes that occur or are named, NaN if there are none. For masks whose last axis are classes, or
/// of a single output (background and object).
template <std::size_t Classes = 2>
using Dice = ClassScore<detail::KindDice, Classes>;

} // namespace burin::metrics
