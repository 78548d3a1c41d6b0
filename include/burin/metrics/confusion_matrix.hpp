#pragma once

#include "burin/metrics/agreement.hpp"
#include "burin/metrics/answers.hpp"
#include "burin/metrics/class_score.hpp"
#include "burin/metrics/metric.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

namespace burin::metrics {

/// How often class `right` was the right one and class `named` was named, and what a Kind makes of it:
/// ConfusionMatrix, CohenKappa and Matthews are such. One choice of several has as many classes as outputs; a
/// single output, yes or no, has two, 0 and 1. A position whose target is no class is left out; where an
/// output is NaN nothing was named, which is wrong.
template <class Kind, std::size_t Classes>
struct MatrixScore {
    Threshold threshold{};       ///< If none is given: 0.5 for probabilities, else 0, that of a logit.
    IgnoredLabel ignore_index{}; ///< If none is given, all count.
    Scores scores{};
    std::array<double, Classes * Classes> counts{};
    std::array<double, Classes> unanswered{}; ///< Where nothing was named, by the class that was right.

    static constexpr std::string_view name = Kind::name;
    static constexpr Sentence reject(const Shape& output) { return ClassCounts<Classes>::reject(output); }

    void reset() noexcept {
        counts = {};
        unanswered = {};
    }

    template <Shape Output, class Scalar, class Target>
    void update(const Scalar* outputs, const Target* targets, std::size_t rows,
                const Scalar* weights = nullptr) noexcept {
        static_assert(reject(Output).empty(), "a metric of classes: expected as many as there are outputs");
        Scores as_choice = scores;
        as_choice.each_by_itself = false; // Several labels at once have no matrix.
        for_each_answer<Output>(outputs, targets, rows, weights, as_choice, threshold, ignore_index,
                                [&](const Answer& answer, double weight) {
                                    if (answer.right == no_label)
                                        return;
                                    (answer.named == no_label
                                         ? unanswered[answer.right]
                                         : counts[answer.right * Classes + answer.named]) += weight;
                                });
    }

    double operator()(std::size_t right, std::size_t named) const noexcept {
        return counts[right * Classes + named];
    }

    void merge(const MatrixScore& other) noexcept {
        for (std::size_t i = 0; i < counts.size(); ++i)
            counts[i] += other.counts[i];
        for (std::size_t c = 0; c < Classes; ++c)
            unanswered[c] += other.unanswered[c];
    }
    double result() const noexcept { return Kind::score(counts.data(), unanswered.data(), Classes); }
    std::array<double, Classes*(Classes + 1)> state() const noexcept {
        std::array<double, Classes*(Classes + 1)> numbers;
        for (std::size_t i = 0; i < counts.size(); ++i)
            numbers[i] = counts[i];
        for (std::size_t c = 0; c < Classes; ++c)
            numbers[counts.size() + c] = unanswered[c];
        return numbers;
    }
    void restore(const std::array<double, Classes*(Classes + 1)>& numbers) noexcept {
        for (std::size_t i = 0; i < counts.size(); ++i)
            counts[i] = numbers[i];
        for (std::size_t c = 0; c < Classes; ++c)
            unanswered[c] = numbers[counts.size() + c];
    }
};

namespace detail {

struct KindConfusionMatrix {
    static constexpr std::string_view name = "confusion_accuracy";
    static constexpr double score(const double* counts, const double* unanswered,
                                  std::size_t classes) noexcept {
        Share share;
        for (std::size_t c = 0; c < classes; ++c) {
            share.correct += counts[c * classes + c];
            share.count += row_sum(counts, classes, c) + unanswered[c];
        }
        return share.value();
    }
};

template <Disagreement How>
struct KindCohenKappa {
    static constexpr std::string_view name = "cohen_kappa";
    static constexpr double score(const double* counts, const double*, std::size_t classes) noexcept {
        return cohen_kappa(counts, classes, How);
    }
};

struct KindMatthews {
    static constexpr std::string_view name = "matthews";
    static double score(const double* counts, const double*, std::size_t classes) noexcept {
        return matthews(counts, classes);
    }
};

} // namespace detail

/// Counts answers by what was right and what was named: `matrix(right, named)`. Its result is the accuracy.
template <std::size_t Classes = 2>
using ConfusionMatrix = MatrixScore<detail::KindConfusionMatrix, Classes>;

/// Cohen's kappa of what was named and what was right: 0 for chance, 1 for full agreement; NaN before two
/// classes have occurred. Where classes have an order, wrong ones may count by their distance:
///
///     metrics::CohenKappa<5, metrics::Disagreement::quadratic>
template <std::size_t Classes = 2, Disagreement How = Disagreement::equal>
using CohenKappa = MatrixScore<detail::KindCohenKappa<How>, Classes>;

/// Matthews's correlation coefficient of what was named and what was right: 0 for chance, 1 for full
/// agreement.
template <std::size_t Classes = 2>
using Matthews = MatrixScore<detail::KindMatthews, Classes>;

} // namespace burin::metrics
