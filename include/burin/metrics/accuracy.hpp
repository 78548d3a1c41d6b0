#pragma once

#include "burin/metrics/answers.hpp"
#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::metrics {

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
    void update(const Scalar* outputs, const Target* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        for_each_answer<Output>(
            outputs, targets, rows, weights, scores, threshold, ignore_index,
            [&](const Answer& answer, double weight) { share.add(answer.is_right(), weight); });
    }

    void merge(const Accuracy& other) noexcept { share.merge(other.share); }
    double result() const noexcept { return share.value(); }
    std::array<double, 2> state() const noexcept { return share.state(); }
    void restore(const std::array<double, 2>& state) noexcept { share.restore(state); }
};

} // namespace burin::metrics
