#pragma once

#include "burin/metrics/agreement.hpp"
#include "burin/metrics/hosted/class_scores.hpp"
#include "burin/metrics/hosted/numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace burin::metrics {

/// How often class `right` was the right one and class `named` was named: what `confusion_matrix` gives, and
/// all that follows from it. Counts are sums of weights.
class Confusion {
  public:
    explicit Confusion(std::size_t classes)
        : classes_(classes), counts_(classes * classes), unanswered_(classes) {}

    std::size_t classes() const noexcept { return classes_; }
    double operator()(std::size_t right, std::size_t named) const noexcept {
        return counts_[right * classes_ + named];
    }
    /// How often nothing was named where `right` was: the scores had a NaN. Such an answer is wrong.
    double unanswered(std::size_t right) const noexcept { return unanswered_[right]; }
    /// How often a class was the right one.
    double support(std::size_t right) const noexcept {
        return row_sum(counts_.data(), classes_, right) + unanswered_[right];
    }
    double total() const noexcept {
        double sum = 0;
        for (std::size_t c = 0; c < classes_; ++c)
            sum += support(c);
        return sum;
    }

    /// `named` may be `no_label`.
    void add(std::size_t right, Label named, double weight = 1) noexcept {
        (named == no_label ? unanswered_[right] : counts_[right * classes_ + named]) += weight;
    }

    /// The share of right answers.
    double accuracy() const noexcept {
        double right = 0;
        for (std::size_t c = 0; c < classes_; ++c)
            right += (*this)(c, c);
        return ratio(right, total(), std::numeric_limits<double>::quiet_NaN());
    }
    /// The mean recall of the classes that occur.
    double balanced_accuracy() const {
        return scores().recall(Average::macro, std::numeric_limits<double>::quiet_NaN());
    }
    ClassScores scores() const {
        std::vector<ClassCount> counts;
        for (std::size_t c = 0; c < classes_; ++c) {
            counts.push_back(class_count(counts_.data(), classes_, c));
            counts.back().false_negatives += unanswered_[c];
        }
        return ClassScores(std::move(counts));
    }
    /// Of what was answered. See `metrics::cohen_kappa`.
    double cohen_kappa(Disagreement disagreement = Disagreement::equal) const noexcept {
        return metrics::cohen_kappa(counts_.data(), classes_, disagreement);
    }
    /// Of what was answered. See `metrics::matthews`.
    double matthews() const noexcept { return metrics::matthews(counts_.data(), classes_); }

  private:
    std::size_t classes_;
    std::vector<double> counts_;
    std::vector<double> unanswered_;
};

/// Counts the answers. `classes` are at least as many as are found; 0 stands for just these. Throws Error
/// unless there are as many answers as labels, and weights if any.
///
///     metrics::confusion_matrix(labels, named).scores().f1(metrics::Average::weighted)
inline Confusion confusion_matrix(const Labels& labels, const Labels& named, std::size_t classes = 0,
                                  const Numbers& weights = {}) {
    const char* const who = "confusion_matrix";
    detail::check_count(named.size(), labels.size(), who, "answers");
    detail::check_weights(weights, labels.size(), who);
    std::size_t least = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] == no_label)
            throw Error("confusion_matrix: label " + std::to_string(i) + ": expected a class, got none");
        least = std::max(least, std::size_t(labels[i]) + 1);
        if (named[i] != no_label)
            least = std::max(least, std::size_t(named[i]) + 1);
    }
    if (classes == 0)
        classes = least;
    if (least > classes)
        throw Error("confusion_matrix: expected labels below " + std::to_string(classes) + ", got " +
                    std::to_string(least - 1));
    constexpr std::size_t most = 1 << 15; // A matrix of 8 GiB.
    if (classes > most)
        throw Error("confusion_matrix: expected at most " + std::to_string(most) + " classes, got " +
                    std::to_string(classes));
    Confusion result(classes);
    for (std::size_t i = 0; i < labels.size(); ++i)
        result.add(labels[i], named[i], detail::weight_at(weights, i));
    return result;
}
inline Confusion confusion_matrix(const Labels& labels, const Labels& named, const Numbers& weights) {
    return confusion_matrix(labels, named, 0, weights);
}

namespace detail {

/// Throws Error where yes and no are asked for of several classes, as scikit-learn does.
inline ClassScores scores_for(Average average, const Labels& labels, const Labels& named,
                              const Numbers& weights, const char* who) {
    const Confusion confusion = confusion_matrix(labels, named, weights);
    if (average != Average::binary || confusion.classes() == 2)
        return confusion.scores();
    if (confusion.classes() > 2)
        throw Error(std::string(who) + ": of " + std::to_string(confusion.classes()) +
                    " classes: expected an average: macro, micro or weighted, got binary");
    return confusion_matrix(labels, named, 2, weights).scores(); // Nothing but no.
}

} // namespace detail

// One number of labels and what was named instead. All throw Error as `confusion_matrix` does. Classes are
// those from 0 to the largest that is found; a score of 0 / 0 counts in a mean as `zero_division`, and NaN
// leaves it out.

/// The share of right answers.
inline double accuracy(const Labels& labels, const Labels& named, const Numbers& weights = {}) {
    return confusion_matrix(labels, named, weights).accuracy();
}
/// The mean recall of the classes that occur.
inline double balanced_accuracy(const Labels& labels, const Labels& named, const Numbers& weights = {}) {
    return confusion_matrix(labels, named, weights).balanced_accuracy();
}
inline double cohen_kappa(const Labels& labels, const Labels& named,
                          Disagreement disagreement = Disagreement::equal, const Numbers& weights = {}) {
    return confusion_matrix(labels, named, weights).cohen_kappa(disagreement);
}
inline double matthews(const Labels& labels, const Labels& named, const Numbers& weights = {}) {
    return confusion_matrix(labels, named, weights).matthews();
}
/// Of class 1, `yes`; or a mean over the classes.
inline double precision(const Labels& labels, const Labels& named, Average average = Average::binary,
                        const Numbers& weights = {}, double zero_division = 0) {
    return detail::scores_for(average, labels, named, weights, "precision").precision(average, zero_division);
}
inline double recall(const Labels& labels, const Labels& named, Average average = Average::binary,
                     const Numbers& weights = {}, double zero_division = 0) {
    return detail::scores_for(average, labels, named, weights, "recall").recall(average, zero_division);
}
inline double f1(const Labels& labels, const Labels& named, Average average = Average::binary,
                 const Numbers& weights = {}, double zero_division = 0) {
    return detail::scores_for(average, labels, named, weights, "f1").f1(average, zero_division);
}

} // namespace burin::metrics
