#pragma once

#include "burin/metrics/class_score.hpp"

#include <cstddef>
#include <string_view>

namespace burin::metrics {

namespace detail {

template <auto Beta>
struct KindFBeta {
    static_assert(Beta >= 0, "F-beta: expected a beta of at least 0");

    static constexpr std::string_view name = Beta == 1 ? "f1" : "f_beta";
    static constexpr FBetaRule rule{static_cast<double>(Beta)};
    static constexpr bool leaves_out = false;
};

} // namespace detail

/// (1 + β²) · precision · recall / (β² · precision + recall): recall counts β times as much as precision. Of
/// two classes that of class 1 (yes), of more the mean over all; `average` and `zero_division` are
/// scikit-learn's.
///
///     metrics::FBeta<2, 10>      // twice as much, of ten classes
template <auto Beta = 1, std::size_t Classes = 2>
using FBeta = ClassScore<detail::KindFBeta<Beta>, Classes>;

/// The harmonic mean of precision and recall.
template <std::size_t Classes = 2>
using F1 = FBeta<1, Classes>;

} // namespace burin::metrics
