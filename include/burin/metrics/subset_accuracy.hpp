#pragma once

#include "burin/metrics/answers.hpp"
#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::metrics {

/// The share of samples all of whose answers are right: of several labels, each a yes or no, what
/// scikit-learn calls accuracy; of a label for each of several positions, the share of whole sequences. A
/// sample all of whose positions are ignored does not count.
struct SubsetAccuracy {
    Threshold threshold{};       ///< If none is given: 0.5 for probabilities, else 0, that of a logit.
    IgnoredLabel ignore_index{}; ///< If none is given, all count.
    Scores scores{};
    Share share{};

    static constexpr std::string_view name = "subset_accuracy";

    void reset() noexcept { share = {}; }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        const std::size_t row_targets = is_choice<Output, Target>(scores) && std::is_same_v<Target, Label>
                                            ? Output.size() / Output.last()
                                            : Output.size();
        for_each_position<1>(rows, weights, [&](std::size_t row, double weight) {
            Share own;
            for_each_answer<Output>(outputs + row * Output.size(), targets + row * row_targets, 1,
                                    static_cast<const Scalar*>(nullptr), scores, threshold, ignore_index,
                                    [&](const Answer& answer, double) { own.add(answer.is_right()); });
            if (own.count > 0)
                share.add(own.correct == own.count, weight);
        });
    }

    void merge(const SubsetAccuracy& other) noexcept { share.merge(other.share); }
    double result() const noexcept { return share.value(); }
    std::array<double, 2> state() const noexcept { return share.state(); }
    void restore(const std::array<double, 2>& state) noexcept { share.restore(state); }
};

} // namespace burin::metrics
