#pragma once

#include "burin/core/text.hpp"
#include "burin/metrics/answers.hpp"
#include "burin/metrics/class_counts.hpp"
#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

namespace burin::metrics {

/// How often each of `Classes` classes was named rightly, wrongly, or missed. One choice of several has as
/// many classes as outputs. A single output, yes or no, has two: 0 and 1. Several outputs of which each is a
/// yes or no by itself are as many labels, of which "yes" is counted. A position whose target is no class is
/// left out; where an output is NaN, nothing is named, so the answer is wrong.
template <std::size_t Classes>
struct ClassCounts {
    std::array<ClassCount, Classes> classes{};

    /// Why it can't count such outputs; empty if it can.
    static constexpr Sentence reject(const Shape& output) {
        Sentence sentence;
        if (output.last() == Classes || (output.last() == 1 && Classes == 2))
            return sentence;
        sentence.append("expected as many classes as outputs, ").append(output.last());
        return sentence.append(", got ").append(Classes);
    }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows, const Scalar* weights,
                const Scores& scores, const Threshold& threshold, const IgnoredLabel& ignored) noexcept {
        static_assert(reject(Output).empty(), "a metric of classes: expected as many classes as outputs");
        const bool labels = Output.last() > 1 && !is_choice<Output, Target>(scores);
        for_each_answer<Output>(outputs, targets, rows, weights, scores, threshold, ignored,
                                [&](const Answer& answer, double weight) {
                                    if (answer.right != no_label)
                                        labels ? add_label(answer, weight) : add_class(answer, weight);
                                });
    }

    void merge(const ClassCounts& other) noexcept {
        for (std::size_t c = 0; c < Classes; ++c)
            classes[c].merge(other.classes[c]);
    }
    std::array<double, 3 * Classes> state() const noexcept {
        std::array<double, 3 * Classes> numbers;
        for (std::size_t c = 0; c < Classes; ++c) {
            numbers[3 * c] = classes[c].true_positives;
            numbers[3 * c + 1] = classes[c].false_positives;
            numbers[3 * c + 2] = classes[c].false_negatives;
        }
        return numbers;
    }
    void restore(const std::array<double, 3 * Classes>& numbers) noexcept {
        for (std::size_t c = 0; c < Classes; ++c)
            classes[c] = {numbers[3 * c], numbers[3 * c + 1], numbers[3 * c + 2]};
    }

  private:
    void add_class(const Answer& answer, double weight) noexcept {
        if (answer.is_right()) {
            classes[answer.right].true_positives += weight;
            return;
        }
        classes[answer.right].false_negatives += weight;
        if (answer.named != no_label)
            classes[answer.named].false_positives += weight;
    }
    void add_label(const Answer& answer, double weight) noexcept {
        ClassCount& label = classes[answer.place];
        if (answer.right == 1)
            (answer.named == 1 ? label.true_positives : label.false_negatives) += weight;
        else if (answer.named != 0)
            label.false_positives += weight;
    }
};

/// A score of classes by a rule, averaged: Precision, Recall, FBeta, BalancedAccuracy, MeanIoU and Dice are
/// such. A Kind has a name, a rule, and whether a class that never occurs is left out of the mean; if not, it
/// counts as `zero_division`, as in scikit-learn with `labels=range(Classes)`.
template <class Kind, std::size_t Classes>
struct ClassScore {
    Average average = Classes == 2 && !Kind::leaves_out ? Average::binary : Average::macro;
    double zero_division = Kind::leaves_out ? std::numeric_limits<double>::quiet_NaN() : 0.0;
    Threshold threshold{};       ///< If none is given: 0.5 for probabilities, else 0, that of a logit.
    IgnoredLabel ignore_index{}; ///< If none is given, all count.
    Scores scores{};
    ClassCounts<Classes> counts{};

    static constexpr std::string_view name = Kind::name;
    static constexpr Sentence reject(const Shape& output) { return ClassCounts<Classes>::reject(output); }

    void reset() noexcept { counts = {}; }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        counts.template update<Output>(outputs, targets, rows, weights, scores, threshold, ignore_index);
    }

    void merge(const ClassScore& other) noexcept { counts.merge(other.counts); }
    double result() const noexcept {
        return average_score(Kind::rule, counts.classes.data(), Classes, average, zero_division);
    }
    /// The score of one class, or label.
    double of_class(std::size_t index) const noexcept {
        return Kind::rule(counts.classes[index], zero_division);
    }
    std::array<double, 3 * Classes> state() const noexcept { return counts.state(); }
    void restore(const std::array<double, 3 * Classes>& state) noexcept { counts.restore(state); }
};

} // namespace burin::metrics
