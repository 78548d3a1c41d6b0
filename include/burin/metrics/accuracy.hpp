#pragma once

#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace burin::metrics {

/// What an output must exceed to mean yes, or none.
struct Threshold {
    double value = 0;
    bool is_given = false;

    constexpr Threshold() = default;
    // Not explicit: a number is meant to convert where a threshold is expected.
    constexpr Threshold(double number) noexcept : value(number), is_given(true) {}
};

/// The share of right answers. One choice of several: of positions whose largest output is the target's
/// class. A single output, or several of which each is a yes or no by itself (as for BinaryCrossentropy and
/// Hinge): of the outputs that are above the threshold just where the target is above 0.5. An output that is
/// NaN is never right. Positions whose label is `ignore_index` do not count.
struct Accuracy {
    Threshold threshold{};       ///< If none is given: 0.5 for probabilities, else 0, that of a logit.
    IgnoredLabel ignore_index{}; ///< If none is given, all count.
    Scores scores{};
    Share share{};

    static constexpr std::string_view name = "accuracy";

    void reset() noexcept { share = {}; }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows) noexcept {
        constexpr std::size_t classes = Output.last();
        constexpr bool has_labels = std::is_same_v<Target, Label>;
        const bool is_choice = classes > 1 && (has_labels || !scores.each_by_itself);
        const std::size_t count = rows * Output.size() / (is_choice ? classes : 1);
        for (std::size_t i = 0; i < count; ++i) {
            if constexpr (has_labels)
                if (ignore_index.matches(targets[i]))
                    continue;
            ++share.count;
            share.correct +=
                is_choice ? has_answer(outputs + i * classes, classes, target_class<classes>(targets, i))
                          : agree(static_cast<double>(outputs[i]), static_cast<double>(targets[i]));
        }
    }

    double result() const noexcept { return share.value(); }
    std::array<double, 2> state() const noexcept { return share.state(); }
    void restore(const std::array<double, 2>& state) noexcept { share.restore(state); }

  private:
    bool agree(double output, double target) const noexcept {
        const double limit = threshold.is_given ? threshold.value : scores.are_probabilities ? 0.5 : 0.0;
        return target > 0.5 ? output > limit : target <= 0.5 && output <= limit;
    }
};

} // namespace burin::metrics
