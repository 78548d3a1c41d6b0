#pragma once

#include "burin/metrics/class_score.hpp"

#include <cstddef>
#include <string_view>

namespace burin::metrics {

namespace detail {

struct KindPrecision {
    static constexpr std::string_view name = "precision";
    static constexpr PrecisionRule rule{};
    static constexpr bool leaves_out = false;
};

} // namespace detail

/// Of the answers that named a class, the share that was right. Of two classes that of class 1 (yes), of more
/// the mean over all; `average` and `zero_division` are scikit-learn's.
///
///     Fit{.metrics = std::tuple{metrics::Precision<10>{},
///                               metrics::Recall<10>{.average = metrics::Average::weighted}}}
template <std::size_t Classes = 2>
using Precision = ClassScore<detail::KindPrecision, Classes>;

} // namespace burin::metrics
