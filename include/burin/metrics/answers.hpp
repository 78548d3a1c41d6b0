#pragma once

#include "burin/metrics/metric.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::metrics {

/// What an output must exceed to mean yes, or none.
struct Threshold {
    double value = 0;
    bool is_given = false;

    constexpr Threshold() = default;
    // Not explicit: a number is meant to convert where a threshold is expected.
    constexpr Threshold(double number) noexcept : value(number), is_given(true) {}

    /// If none is given: 0.5 for probabilities, else 0, that of a logit.
    constexpr double limit(const Scores& scores) const noexcept {
        return is_given ? value : scores.are_probabilities ? 0.5 : 0.0;
    }
};

/// Whether outputs are one choice of several; else each is a yes or no.
template <Shape Output, class Target>
constexpr bool is_choice(const Scores& scores) noexcept {
    return Output.last() > 1 && (std::is_same_v<Target, Label> || !scores.each_by_itself);
}

namespace detail {

template <class Target>
constexpr bool is_ignored(const Target* targets, std::size_t index, const IgnoredLabel& ignored) noexcept {
    if constexpr (std::is_same_v<Target, Label>)
        return ignored.matches(targets[index]);
    else
        return false;
}

} // namespace detail

/// An answer, and what would have been right. Of yes or no the classes are 0 and 1.
struct Answer {
    std::size_t place; ///< Of several that are a yes or no each: which one of the last axis. Else 0.
    Label right;       ///< `no_label` if the target is none of the classes.
    Label named;       ///< `no_label` if an output is NaN.

    constexpr bool is_right() const noexcept { return named == right && named != no_label; }
};

/// Calls visit(answer, weight) for each answer that counts: that of each position where one class of several
/// is chosen, of each output where it is a yes or no, that is above the threshold, or isn't. Positions whose
/// label is ignored do not count.
template <Shape Output, class Scalar, class Target, class Visit>
constexpr void for_each_answer(const Scalar* outputs, const Target* targets, std::size_t rows,
                               const Scalar* weights, const Scores& scores, const Threshold& threshold,
                               const IgnoredLabel& ignored, Visit visit) noexcept {
    constexpr std::size_t classes = Output.last();
    if (is_choice<Output, Target>(scores)) {
        for_each_position<Output.size() / classes>(rows, weights, [&](std::size_t i, double weight) {
            if (detail::is_ignored(targets, i, ignored))
                return;
            const Scalar* const row = outputs + i * classes;
            const std::size_t best = argmax(row, classes), right = target_class<classes>(targets, i);
            visit(Answer{0, right < classes ? static_cast<Label>(right) : no_label,
                         row[best] == row[best] ? static_cast<Label>(best) : no_label},
                  weight);
        });
    } else {
        const double limit = threshold.limit(scores);
        for_each_position<Output.size()>(rows, weights, [&](std::size_t i, double weight) {
            if (detail::is_ignored(targets, i, ignored))
                return;
            const auto output = static_cast<double>(outputs[i]), target = static_cast<double>(targets[i]);
            visit(Answer{i % classes, target == target ? Label(target > 0.5) : no_label,
                         output == output ? Label(output > limit) : no_label},
                  weight);
        });
    }
}

} // namespace burin::metrics
