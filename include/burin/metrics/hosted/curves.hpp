#pragma once

#include "burin/metrics/class_counts.hpp"
#include "burin/metrics/hosted/numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace burin::metrics {

/// The area below a line through points whose x rise or fall, by trapezoids.
inline double area_below(const std::vector<double>& x, const std::vector<double>& y) {
    double area = 0;
    for (std::size_t i = 1; i < x.size(); ++i)
        area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
    return area < 0 ? -area : area;
}

/// The receiver operating characteristic: what a threshold costs in false alarms and brings in hits. A rate
/// is NaN at every threshold if no sample is negative, or none is positive.
struct RocCurve {
    std::vector<double> false_positive_rate; ///< From 0 to 1.
    std::vector<double> true_positive_rate;  ///< From 0 to 1.
    std::vector<double> thresholds;          ///< Falling from infinity; a score of at least this means yes.

    double area() const { return area_below(false_positive_rate, true_positive_rate); }
};

/// Precision against recall. Recall is 1 at every threshold if no sample is positive, as in scikit-learn.
struct PrecisionRecallCurve {
    std::vector<double> precision;  ///< Ends in 1, at recall 0, which has no threshold.
    std::vector<double> recall;     ///< Falling to 0.
    std::vector<double> thresholds; ///< Rising; one fewer than points.

    /// Σ (recall_i − recall_i+1) · precision_i: the steps' area, which interpolates nothing.
    double average_precision() const {
        double sum = 0;
        for (std::size_t i = 0; i + 1 < recall.size(); ++i)
            sum += (recall[i] - recall[i + 1]) * precision[i];
        return std::max(sum, 0.0);
    }
};

namespace detail {

/// The weights of what is at or above each score that occurs, from the highest on.
struct Cumulative {
    std::vector<double> true_positives, false_positives, thresholds;
};

inline Cumulative cumulate(const Numbers& targets, const Numbers& scores, const Numbers& weights,
                           std::string_view who) {
    check_count(scores.size(), targets.size(), who, "scores");
    check_finite(targets, who, "target");
    check_finite(scores, who, "score");
    check_weights(weights, targets.size(), who);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (weight_at(weights, i) != 0)
            order.push_back(i);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
    });
    Cumulative sums;
    double true_positives = 0, false_positives = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t sample = order[i];
        (targets[sample] > 0.5 ? true_positives : false_positives) += weight_at(weights, sample);
        if (i + 1 < order.size() && scores[order[i + 1]] == scores[sample])
            continue;
        sums.true_positives.push_back(true_positives);
        sums.false_positives.push_back(false_positives);
        sums.thresholds.push_back(scores[sample]);
    }
    return sums;
}

/// For each class the targets that are 1 where it is the right one, and its column of the scores.
inline Numbers is_class(const Labels& labels, Label label) {
    std::vector<unsigned char> targets;
    for (const Label each : labels.span())
        targets.push_back(each == label);
    return targets;
}
inline Numbers column(const Numbers& scores, std::size_t columns, std::size_t index) {
    std::vector<double> values;
    for (std::size_t i = index; i < scores.size(); i += columns)
        values.push_back(scores[i]);
    return values;
}
inline void check_columns(const Labels& labels, const Numbers& scores, std::size_t classes,
                          std::string_view who) {
    if (classes == 0 || scores.size() != labels.size() * classes || labels.empty())
        throw Error(std::string(who) + ": expected " + std::to_string(classes) + " scores for each of " +
                    std::to_string(labels.size()) + " labels (at least one of each), got " +
                    std::to_string(scores.size()) + " scores");
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] >= classes)
            throw Error(std::string(who) + ": label " + std::to_string(i) + ": expected one below " +
                        std::to_string(classes) + ", got " + std::to_string(labels[i]));
}

} // namespace detail

/// The ROC of scores whose targets are above 0.5 for yes. Ties are one point; points that lie in one line
/// with their neighbours are left out unless `all_points`. Samples of weight 0 do not count. Throws Error if
/// there are no samples, or not as many scores as targets, or one is not finite.
inline RocCurve roc_curve(const Numbers& targets, const Numbers& scores, const Numbers& weights = {},
                          bool all_points = false) {
    const detail::Cumulative sums = detail::cumulate(targets, scores, weights, "roc_curve");
    const auto& hits = sums.true_positives;
    const auto& alarms = sums.false_positives;
    RocCurve curve{{0}, {0}, {std::numeric_limits<double>::infinity()}};
    const auto turns = [](const std::vector<double>& v, std::size_t i) {
        return (v[i + 1] - v[i]) - (v[i] - v[i - 1]) != 0;
    };
    for (std::size_t i = 0; i < hits.size(); ++i) {
        if (!all_points && i > 0 && i + 1 < hits.size() && !turns(hits, i) && !turns(alarms, i))
            continue;
        curve.false_positive_rate.push_back(alarms[i]);
        curve.true_positive_rate.push_back(hits[i]);
        curve.thresholds.push_back(sums.thresholds[i]);
    }
    const auto divide = [](std::vector<double>& values) {
        const double all = values.back();
        for (double& value : values)
            value = all > 0 ? value / all : std::numeric_limits<double>::quiet_NaN();
    };
    divide(curve.false_positive_rate);
    divide(curve.true_positive_rate);
    return curve;
}

/// Precision and recall at each score that occurs, of scores whose targets are above 0.5 for yes. Errors as
/// for `roc_curve`.
inline PrecisionRecallCurve precision_recall_curve(const Numbers& targets, const Numbers& scores,
                                                   const Numbers& weights = {}) {
    const detail::Cumulative sums = detail::cumulate(targets, scores, weights, "precision_recall_curve");
    PrecisionRecallCurve curve;
    const double positives = sums.true_positives.back();
    for (std::size_t i = sums.thresholds.size(); i-- > 0;) {
        const double hits = sums.true_positives[i];
        curve.precision.push_back(ratio(hits, hits + sums.false_positives[i], 0));
        curve.recall.push_back(ratio(hits, positives, 1));
        curve.thresholds.push_back(sums.thresholds[i]);
    }
    curve.precision.push_back(1);
    curve.recall.push_back(0);
    return curve;
}

/// The area under the ROC: the chance that a positive sample has a higher score than a negative one, ties
/// counting half. NaN if all samples are of one class. Errors as for `roc_curve`.
inline double roc_auc(const Numbers& targets, const Numbers& scores, const Numbers& weights = {}) {
    detail::check_scores_of_yes(scores.size(), targets.size(), "roc_auc", "scores");
    return roc_curve(targets, scores, weights, true).area();
}

/// The area under the precision-recall curve by steps; 0 if no sample is positive. Errors as for `roc_curve`.
inline double average_precision(const Numbers& targets, const Numbers& scores, const Numbers& weights = {}) {
    return precision_recall_curve(targets, scores, weights).average_precision();
}

/// How several classes are brought back to two.
enum class MultiClass {
    one_vs_rest, ///< Each class against all others.
    one_vs_one,  ///< Each pair of classes, by the scores of either. Hand and Till, 2001.
};

/// The area under the ROC of several classes, with scores for each class of each sample, one sample after the
/// other: the mean over classes or pairs, or weighted by their support. One against one takes no weights (nor
/// does scikit-learn). Throws Error if a class does not occur, as its area is undefined.
inline double roc_auc(const Labels& labels, const Numbers& probabilities, std::size_t classes,
                      MultiClass multi_class, Average average = Average::macro, const Numbers& weights = {}) {
    detail::check_columns(labels, probabilities, classes, "roc_auc");
    if (average != Average::macro && average != Average::weighted)
        throw Error("roc_auc: of several classes: expected the average macro or weighted, got another");
    detail::check_weights(weights, labels.size(), "roc_auc");
    std::vector<double> support(classes);
    for (std::size_t i = 0; i < labels.size(); ++i)
        support[labels[i]] += detail::weight_at(weights, i);
    for (std::size_t c = 0; c < classes; ++c)
        if (support[c] == 0)
            throw Error("roc_auc: expected samples of each of " + std::to_string(classes) +
                        " classes, got none of class " + std::to_string(c));
    double sum = 0, all = 0;
    const auto add = [&](double area, double weight) {
        sum += area * (average == Average::macro ? 1 : weight);
        all += average == Average::macro ? 1 : weight;
    };
    if (multi_class == MultiClass::one_vs_rest) {
        for (std::size_t c = 0; c < classes; ++c)
            add(roc_auc(detail::is_class(labels, static_cast<Label>(c)),
                        detail::column(probabilities, classes, c), weights),
                support[c]);
        return sum / all;
    }
    if (!weights.empty())
        throw Error("roc_auc: one against one: expected no weights, got some");
    for (std::size_t a = 0; a < classes; ++a)
        for (std::size_t b = a + 1; b < classes; ++b) {
            std::vector<double> targets, others, scores_a, scores_b;
            for (std::size_t i = 0; i < labels.size(); ++i)
                if (labels[i] == a || labels[i] == b) {
                    targets.push_back(labels[i] == a);
                    others.push_back(labels[i] == b);
                    scores_a.push_back(probabilities[i * classes + a]);
                    scores_b.push_back(probabilities[i * classes + b]);
                }
            add((roc_auc(targets, scores_a) + roc_auc(others, scores_b)) / 2, support[a] + support[b]);
        }
    return sum / all;
}

} // namespace burin::metrics
