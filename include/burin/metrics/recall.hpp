#pragma once

#include "burin/metrics/class_score.hpp"

#include <cstddef>
#include <string_view>

namespace burin::metrics {

namespace detail {

struct KindRecall {
    static constexpr std::string_view name = "recall";
    static constexpr RecallRule rule{};
    static constexpr bool leaves_out = false;
};

} // namespace detail

/// Of the positions where a class was right, the share that named it (sensitivity). Of two classes that of
/// class 1 (yes), of more the mean over all; `average` and `zero_division` are scikit-learn's.
template <std::size_t Classes = 2>
using Recall = ClassScore<detail::KindRecall, Classes>;

} // namespace burin::metrics
