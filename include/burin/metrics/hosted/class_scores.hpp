#pragma once

#include "burin/metrics/class_counts.hpp"
#include "burin/metrics/hosted/numbers.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace burin::metrics {

/// Precision, recall and F-beta of each class, and of all: what `Confusion::scores` and `multi_label_scores`
/// give. Values and names are those of scikit-learn with `labels=range(classes)`: a class that never occurs
/// counts in a mean as `zero_division`, which is 0 unless given. NaN leaves such classes out.
class ClassScores {
  public:
    explicit ClassScores(std::vector<ClassCount> counts) : counts_(std::move(counts)) {}

    std::size_t classes() const noexcept { return counts_.size(); }
    const ClassCount& operator[](std::size_t index) const noexcept { return counts_[index]; }

    double precision(Average average = Average::macro, double zero_division = 0) const noexcept {
        return of_all(PrecisionRule{}, average, zero_division);
    }
    double recall(Average average = Average::macro, double zero_division = 0) const noexcept {
        return of_all(RecallRule{}, average, zero_division);
    }
    double f1(Average average = Average::macro, double zero_division = 0) const noexcept {
        return of_all(FBetaRule{}, average, zero_division);
    }
    double f_beta(double beta, Average average = Average::macro, double zero_division = 0) const noexcept {
        return of_all(FBetaRule{beta}, average, zero_division);
    }
    /// Intersection over union (Jaccard's index). Dice's coefficient is `f1`.
    double iou(Average average = Average::macro, double zero_division = 0) const noexcept {
        return of_all(IoURule{}, average, zero_division);
    }

    double precision_of(std::size_t index, double zero_division = 0) const noexcept {
        return PrecisionRule{}(counts_[index], zero_division);
    }
    double recall_of(std::size_t index, double zero_division = 0) const noexcept {
        return RecallRule{}(counts_[index], zero_division);
    }
    double f1_of(std::size_t index, double zero_division = 0) const noexcept {
        return FBetaRule{}(counts_[index], zero_division);
    }
    double f_beta_of(std::size_t index, double beta, double zero_division = 0) const noexcept {
        return FBetaRule{beta}(counts_[index], zero_division);
    }
    double iou_of(std::size_t index, double zero_division = 0) const noexcept {
        return IoURule{}(counts_[index], zero_division);
    }

    double support() const noexcept {
        double sum = 0;
        for (const ClassCount& each : counts_)
            sum += each.support();
        return sum;
    }

  private:
    template <class Rule>
    double of_all(const Rule& rule, Average average, double zero_division) const noexcept {
        return average_score(rule, counts_.data(), counts_.size(), average, zero_division);
    }

    std::vector<ClassCount> counts_;
};

/// The scores of labels of which any number hold at once: `targets` and `named` have a number for each label
/// of each sample, above 0.5 if it holds. Throws Error unless these are whole samples, of finite numbers, and
/// as many of both.
inline ClassScores multi_label_scores(const Numbers& targets, const Numbers& named, std::size_t labels,
                                      const Numbers& weights = {}) {
    const char* const who = "multi_label_scores";
    detail::check_count(named.size(), targets.size(), who, "answers");
    if (labels == 0 || targets.size() % labels != 0)
        throw Error(std::string(who) + ": expected whole samples of " + std::to_string(labels) +
                    " labels, got " + std::to_string(targets.size()));
    detail::check_finite(targets, who, "target");
    detail::check_finite(named, who, "answer");
    detail::check_weights(weights, targets.size() / labels, who);
    std::vector<ClassCount> counts(labels);
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const double weight = detail::weight_at(weights, i / labels);
        ClassCount& count = counts[i % labels];
        if (targets[i] > 0.5)
            (named[i] > 0.5 ? count.true_positives : count.false_negatives) += weight;
        else if (named[i] > 0.5)
            count.false_positives += weight;
    }
    return ClassScores(std::move(counts));
}

/// The means over samples of the precision, recall and F1 of each, among its labels (scikit-learn's average
/// "samples"). A sample whose score is 0 / 0 counts as `zero_division`; NaN leaves it out. Throws Error as
/// `multi_label_scores` does.
struct SampleScores {
    double precision = 0, recall = 0, f1 = 0;
};
inline SampleScores sample_scores(const Numbers& targets, const Numbers& named, std::size_t labels,
                                  double zero_division = 0, const Numbers& weights = {}) {
    multi_label_scores(targets, named, labels, weights); // Checks.
    const auto mean = [&](const auto& rule) {
        double sum = 0, all = 0;
        for (std::size_t first = 0; first < targets.size(); first += labels) {
            ClassCount count;
            for (std::size_t i = first; i < first + labels; ++i) {
                count.true_positives += targets[i] > 0.5 && named[i] > 0.5;
                count.false_positives += targets[i] <= 0.5 && named[i] > 0.5;
                count.false_negatives += targets[i] > 0.5 && named[i] <= 0.5;
            }
            const double score = rule(count, zero_division),
                         weight = detail::weight_at(weights, first / labels);
            sum += score == score ? weight * score : 0;
            all += score == score ? weight : 0;
        }
        return sum / all;
    };
    return {mean(PrecisionRule{}), mean(RecallRule{}), mean(FBetaRule{})};
}

/// The share of samples all of whose labels are right (scikit-learn's `accuracy_score` of several labels).
/// Throws Error as `multi_label_scores` does.
inline double subset_accuracy(const Numbers& targets, const Numbers& named, std::size_t labels,
                              const Numbers& weights = {}) {
    multi_label_scores(targets, named, labels, weights); // Checks.
    double right = 0, all = 0;
    for (std::size_t i = 0; i < targets.size(); i += labels) {
        const double weight = detail::weight_at(weights, i / labels);
        bool agrees = true;
        for (std::size_t label = i; label < i + labels; ++label)
            agrees = agrees && (targets[label] > 0.5) == (named[label] > 0.5);
        right += agrees ? weight : 0;
        all += weight;
    }
    return right / all;
}

} // namespace burin::metrics
