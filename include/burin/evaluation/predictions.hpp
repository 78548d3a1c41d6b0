#pragma once

#include "burin/metrics/hosted/confusion.hpp"
#include "burin/metrics/hosted/curves.hpp"
#include "burin/metrics/hosted/probabilities.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace burin::evaluation {

/// An answer that was wrong, or all but wrong.
struct Mistake {
    std::size_t sample = 0; ///< Its place in the data.
    std::size_t label = 0;  ///< What was right. Of several labels: which one is meant.
    Label named = no_label; ///< What was named; `no_label` if the outputs had a NaN.
    double probability = 0; ///< That of what was right.
};

/// What a classifier answered, with what was right: collected once, and everything computed from it.
/// `classification` collects; or make it of numbers of your own with `of_classes` and `of_yes_or_no`.
///
/// There are three kinds: one class of several for each position (`labels`); one yes or no (`outputs` is 1,
/// and its classes are 0 and 1); and several labels, each a yes or no by itself. Where an answer has a NaN it
/// is wrong; the scores that need probabilities then throw Error.
///
///     const auto answers = evaluation::classification(model, test);
///     answers.confusion().cohen_kappa();
///     answers.roc_auc();
struct Predictions {
    std::size_t outputs = 0;             ///< Probabilities of one position.
    bool each_by_itself = false;         ///< Whether each output is a yes or no.
    std::vector<double> probabilities{}; ///< Position after position.
    std::vector<Label> labels{};         ///< One a position, if one class of several is right.
    std::vector<double> targets{};       ///< As many as probabilities, above 0.5 for yes, if not.
    std::vector<double> weights{};       ///< One a position, or none for ones.
    std::vector<std::size_t> samples{};  ///< Of which sample a position is; empty if position is sample.
    std::vector<std::string> names{};    ///< Of classes, or labels; numbers are used for those that lack one.

    /// Throws Error unless there are `classes` probabilities for each label, which is one of them.
    static Predictions of_classes(const metrics::Labels& labels, const metrics::Numbers& probabilities,
                                  std::size_t classes, const metrics::Numbers& weights = {}) {
        metrics::detail::check_columns(labels, probabilities, classes, "Predictions");
        metrics::detail::check_weights(weights, labels.size(), "Predictions");
        Predictions result{.outputs = classes};
        result.probabilities.assign(probabilities.span().begin(), probabilities.span().end());
        result.labels.assign(labels.span().begin(), labels.span().end());
        result.weights.assign(weights.span().begin(), weights.span().end());
        return result;
    }
    /// Throws Error unless there are as many probabilities as targets, `outputs` for each sample.
    static Predictions of_yes_or_no(const metrics::Numbers& targets, const metrics::Numbers& probabilities,
                                    std::size_t outputs = 1, const metrics::Numbers& weights = {}) {
        metrics::multi_label_scores(targets, targets, outputs, weights); // Checks.
        metrics::detail::check_count(probabilities.size(), targets.size(), "Predictions", "probabilities");
        Predictions result{.outputs = outputs, .each_by_itself = true};
        result.probabilities.assign(probabilities.span().begin(), probabilities.span().end());
        result.targets.assign(targets.span().begin(), targets.span().end());
        result.weights.assign(weights.span().begin(), weights.span().end());
        return result;
    }

    /// Positions.
    std::size_t size() const noexcept { return outputs == 0 ? 0 : probabilities.size() / outputs; }
    bool is_binary() const noexcept { return each_by_itself && outputs == 1; }
    bool is_multi_label() const noexcept { return each_by_itself && outputs > 1; }
    /// Or labels, if there are several.
    std::size_t classes() const noexcept { return is_binary() ? 2 : outputs; }
    std::string name(std::size_t index) const {
        return index < names.size() ? names[index] : std::to_string(index);
    }
    double weight(std::size_t position) const noexcept { return weights.empty() ? 1.0 : weights[position]; }

    /// What was right, one a position. Throws Error of several labels.
    std::vector<Label> right() const {
        if (is_multi_label())
            throw Error("Predictions: expected one right class a sample, got " + std::to_string(outputs) +
                        " labels");
        std::vector<Label> result = labels;
        if (is_binary())
            for (const double target : targets)
                result.push_back(target > 0.5);
        return result;
    }
    /// What was named: the most likely class, or yes above 0.5; `no_label` where there is a NaN. Throws Error
    /// of several labels.
    std::vector<Label> named() const {
        std::vector<Label> result(right().size());
        for (std::size_t i = 0; i < result.size(); ++i) {
            const double* const row = probabilities.data() + i * outputs;
            const std::size_t best = metrics::argmax(row, outputs);
            result[i] = std::isnan(row[best]) ? no_label
                        : is_binary()         ? static_cast<Label>(row[0] > 0.5)
                                              : static_cast<Label>(best);
        }
        return result;
    }

    metrics::Confusion confusion() const {
        return metrics::confusion_matrix(right(), named(), classes(), weights);
    }
    /// Precision, recall and F-beta of classes, or labels.
    metrics::ClassScores scores() const {
        return is_multi_label() ? metrics::multi_label_scores(targets, without_nan(), outputs, weights)
                                : confusion().scores();
    }
    /// The share of right answers; of several labels each is one.
    double accuracy() const {
        if (!is_multi_label())
            return confusion().accuracy();
        double right_ones = 0, all = 0;
        for (std::size_t i = 0; i < targets.size(); ++i) {
            const bool is_right =
                !std::isnan(probabilities[i]) && (probabilities[i] > 0.5) == (targets[i] > 0.5);
            right_ones += is_right ? weight(i / outputs) : 0;
            all += weight(i / outputs);
        }
        return right_ones / all;
    }
    /// The share of positions all of whose labels are right. A single class or label is all.
    double subset_accuracy() const {
        return is_multi_label() ? metrics::subset_accuracy(targets, without_nan(), outputs, weights)
                                : accuracy();
    }
    /// Of several labels: the means over positions. Throws Error of others.
    metrics::SampleScores sample_scores(double zero_division = 0) const {
        if (!is_multi_label())
            throw Error("Predictions: sample_scores: expected several labels a sample, got one answer");
        return metrics::sample_scores(targets, without_nan(), outputs, zero_division, weights);
    }
    double top_k_accuracy(std::size_t k) const {
        return metrics::top_k_accuracy(right(), all_classes(), classes(), k, weights);
    }

    /// Of one class against the others, or of one label. Of yes or no, class 1 is yes.
    metrics::RocCurve roc(std::size_t index = 1) const {
        return metrics::roc_curve(targets_of(index), scores_of(index), weights);
    }
    metrics::PrecisionRecallCurve precision_recall(std::size_t index = 1) const {
        return metrics::precision_recall_curve(targets_of(index), scores_of(index), weights);
    }
    /// The area under the ROC; of several labels or classes the mean (one against the rest), or as asked.
    /// Throws Error if one of several classes does not occur.
    double roc_auc(metrics::MultiClass multi_class = metrics::MultiClass::one_vs_rest,
                   metrics::Average average = metrics::Average::macro) const {
        if (!each_by_itself)
            return metrics::roc_auc(labels, probabilities, outputs, multi_class, average, weights);
        return mean_of_labels(
            [&](std::size_t i) { return metrics::roc_auc(targets_of(i), scores_of(i), weights); });
    }
    /// The area under the precision-recall curve by steps; of several classes or labels the mean.
    double average_precision() const {
        return mean_of_labels(
            [&](std::size_t i) { return metrics::average_precision(targets_of(i), scores_of(i), weights); });
    }

    /// The mean of −ln p(what was right), the sum of that of all labels.
    double log_loss() const {
        if (!each_by_itself)
            return metrics::log_loss(labels, probabilities, outputs, weights);
        return static_cast<double>(outputs) * metrics::log_loss(targets, probabilities, weight_of_each());
    }
    /// Of several labels the mean.
    double brier_score() const {
        return each_by_itself ? metrics::brier_score(targets, probabilities, weight_of_each())
                              : metrics::brier_score(labels, probabilities, outputs, weights);
    }
    metrics::Reliability reliability(std::size_t bins = 10) const {
        return each_by_itself ? metrics::reliability(targets, probabilities, bins, weight_of_each())
                              : metrics::reliability(labels, probabilities, outputs, bins, weights);
    }
    double expected_calibration_error(std::size_t bins = 10) const {
        return reliability(bins).expected_calibration_error();
    }

    /// The answers that gave the least probability to what was right, the worst first; a NaN is the worst.
    std::vector<Mistake> worst(std::size_t count) const {
        std::vector<Mistake> all;
        for (std::size_t i = 0; i < size(); ++i) {
            const std::size_t sample = samples.empty() ? i : samples[i];
            const double* const row = probabilities.data() + i * outputs;
            if (each_by_itself) {
                for (std::size_t label = 0; label < outputs; ++label) {
                    const bool yes = targets[i * outputs + label] > 0.5;
                    all.push_back({sample, is_binary() ? std::size_t(yes) : label,
                                   std::isnan(row[label]) ? no_label : static_cast<Label>(row[label] > 0.5),
                                   yes ? row[label] : 1 - row[label]});
                }
            } else {
                const std::size_t best = metrics::argmax(row, outputs);
                all.push_back({sample, labels[i], std::isnan(row[best]) ? no_label : static_cast<Label>(best),
                               row[labels[i]]});
            }
        }
        const auto rank = [](const Mistake& m) {
            return m.named == no_label || std::isnan(m.probability) ? -1 : m.probability;
        };
        std::sort(all.begin(), all.end(), [&](const Mistake& a, const Mistake& b) {
            return rank(a) != rank(b) ? rank(a) < rank(b) : a.sample < b.sample;
        });
        all.resize(std::min(count, all.size()));
        return all;
    }

  private:
    /// A NaN is no answer: neither side of 0.5 would be wrong for certain.
    std::vector<double> without_nan() const {
        std::vector<double> result = probabilities;
        for (std::size_t i = 0; i < result.size(); ++i)
            if (std::isnan(result[i]))
                result[i] = targets[i] > 0.5 ? 0 : 1;
        return result;
    }
    std::vector<double> all_classes() const {
        if (!is_binary())
            return probabilities;
        std::vector<double> result;
        for (const double yes : probabilities) {
            result.push_back(1 - yes);
            result.push_back(yes);
        }
        return result;
    }
    std::vector<double> weight_of_each() const {
        std::vector<double> result;
        for (const double each : weights)
            result.insert(result.end(), outputs, each);
        return result;
    }
    void check(std::size_t index) const {
        if (index >= classes())
            throw Error("Predictions: expected a class below " + std::to_string(classes()) + ", got " +
                        std::to_string(index));
    }
    metrics::Numbers targets_of(std::size_t index) const {
        check(index);
        if (is_multi_label())
            return metrics::detail::column(targets, outputs, index);
        return metrics::detail::is_class(right(), static_cast<Label>(index));
    }
    metrics::Numbers scores_of(std::size_t index) const {
        check(index);
        if (is_binary())
            return metrics::detail::column(all_classes(), 2, index);
        return metrics::detail::column(probabilities, outputs, index);
    }
    template <class OfLabel>
    double mean_of_labels(OfLabel of_label) const {
        if (is_binary())
            return of_label(1);
        double sum = 0;
        for (std::size_t i = 0; i < outputs; ++i)
            sum += of_label(i);
        return sum / static_cast<double>(outputs);
    }
};

} // namespace burin::evaluation
