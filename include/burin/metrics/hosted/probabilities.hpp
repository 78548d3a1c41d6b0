#pragma once

#include "burin/metrics/calibration_bins.hpp"
#include "burin/metrics/hosted/curves.hpp"
#include "burin/metrics/hosted/numbers.hpp"
#include "burin/metrics/metric.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

// How good probabilities are. Of one yes or no a sample: its probability of yes, and a target above 0.5 for
// yes. Of several classes: the probabilities of each class of a sample, one sample after the other, and its
// label. All throw Error if the counts do not agree, there are no samples, or one is no probability.

namespace burin::metrics {

namespace detail {

inline void check_probabilities(const Numbers& probabilities, std::string_view who) {
    for (std::size_t i = 0; i < probabilities.size(); ++i)
        if (!(probabilities[i] >= 0 && probabilities[i] <= 1))
            throw Error(std::string(who) + ": probability " + std::to_string(i) +
                        ": expected one from 0 to 1, got " + std::to_string(probabilities[i]));
}

/// The weighted mean of `of_sample(i)`.
template <class OfSample>
double mean_of_samples(std::size_t count, const Numbers& weights, OfSample of_sample) {
    double sum = 0, all = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double weight = weight_at(weights, i);
        sum += weight == 0 ? 0 : weight * of_sample(i);
        all += weight;
    }
    return sum / all;
}

inline void check_binary(const Numbers& targets, const Numbers& probabilities, const Numbers& weights,
                         std::string_view who) {
    check_scores_of_yes(probabilities.size(), targets.size(), who, "probabilities");
    check_finite(targets, who, "target");
    check_probabilities(probabilities, who);
    check_weights(weights, targets.size(), who);
}
inline void check_classes(const Labels& labels, const Numbers& probabilities, std::size_t classes,
                          const Numbers& weights, std::string_view who) {
    check_columns(labels, probabilities, classes, who);
    check_probabilities(probabilities, who);
    check_weights(weights, labels.size(), who);
}

/// −ln p, where p is kept as far from 0 and 1 as doubles are apart, as in scikit-learn.
inline double surprise(double probability) {
    constexpr double epsilon = std::numeric_limits<double>::epsilon();
    return -std::log(std::clamp(probability, epsilon, 1 - epsilon));
}

} // namespace detail

/// The mean of −ln p(what was right), in nats: the cross-entropy.
inline double log_loss(const Numbers& targets, const Numbers& probabilities, const Numbers& weights = {}) {
    detail::check_binary(targets, probabilities, weights, "log_loss");
    return detail::mean_of_samples(targets.size(), weights, [&](std::size_t i) {
        return targets[i] > 0.5 ? detail::surprise(probabilities[i]) : detail::surprise(1 - probabilities[i]);
    });
}
inline double log_loss(const Labels& labels, const Numbers& probabilities, std::size_t classes,
                       const Numbers& weights = {}) {
    detail::check_classes(labels, probabilities, classes, weights, "log_loss");
    return detail::mean_of_samples(labels.size(), weights, [&](std::size_t i) {
        return detail::surprise(probabilities[i * classes + labels[i]]);
    });
}

/// e to the power of the log loss: among how many equally likely words a language model has, in effect, to
/// choose.
inline double perplexity(const Labels& labels, const Numbers& probabilities, std::size_t classes,
                         const Numbers& weights = {}) {
    return std::exp(log_loss(labels, probabilities, classes, weights));
}

/// The Brier score: the mean of (p − target)²; of several classes the mean of Σ (p_c − [c is right])², which
/// for two is twice that of one, and halved (scikit-learn's `scale_by_half="auto"`).
inline double brier_score(const Numbers& targets, const Numbers& probabilities, const Numbers& weights = {}) {
    detail::check_binary(targets, probabilities, weights, "brier_score");
    return detail::mean_of_samples(targets.size(), weights, [&](std::size_t i) {
        const double difference = probabilities[i] - (targets[i] > 0.5 ? 1 : 0);
        return difference * difference;
    });
}
inline double brier_score(const Labels& labels, const Numbers& probabilities, std::size_t classes,
                          const Numbers& weights = {}) {
    detail::check_classes(labels, probabilities, classes, weights, "brier_score");
    const double scale = classes < 3 ? 0.5 : 1;
    return detail::mean_of_samples(labels.size(), weights, [&](std::size_t i) {
        double sum = 0;
        for (std::size_t c = 0; c < classes; ++c) {
            const double difference = probabilities[i * classes + c] - (labels[i] == c ? 1 : 0);
            sum += difference * difference;
        }
        return scale * sum;
    });
}

/// The reliability of probabilities, bin by bin: what was meant and what came true. Of yes or no: the
/// probability of yes, and whether it was yes. Of several classes: the largest probability, and whether its
/// class was right.
struct Reliability {
    std::vector<CalibrationBin> bins;

    double expected_calibration_error() const noexcept {
        return metrics::expected_calibration_error(bins.data(), bins.size());
    }
    double largest_calibration_error() const noexcept {
        return metrics::largest_calibration_error(bins.data(), bins.size());
    }
};
namespace detail {

inline Reliability empty_bins(std::size_t bins) {
    constexpr std::size_t most = 1 << 20;
    if (bins == 0 || bins > most)
        throw Error("reliability: expected from 1 to " + std::to_string(most) + " bins, got " +
                    std::to_string(bins));
    return {std::vector<CalibrationBin>(bins)};
}

} // namespace detail

inline Reliability reliability(const Numbers& targets, const Numbers& probabilities, std::size_t bins = 10,
                               const Numbers& weights = {}) {
    detail::check_binary(targets, probabilities, weights, "reliability");
    Reliability result = detail::empty_bins(bins);
    for (std::size_t i = 0; i < targets.size(); ++i)
        result.bins[calibration_bin(probabilities[i], result.bins.size())].add(
            probabilities[i], targets[i] > 0.5, detail::weight_at(weights, i));
    return result;
}
/// How far confidence is from what came true, on average over the bins: see `Reliability`.
inline double expected_calibration_error(const Numbers& targets, const Numbers& probabilities,
                                         std::size_t bins = 10, const Numbers& weights = {}) {
    return reliability(targets, probabilities, bins, weights).expected_calibration_error();
}
inline Reliability reliability(const Labels& labels, const Numbers& probabilities, std::size_t classes,
                               std::size_t bins, const Numbers& weights = {}) {
    detail::check_classes(labels, probabilities, classes, weights, "reliability");
    Reliability result = detail::empty_bins(bins);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const double* const row = probabilities.data() + i * classes;
        const std::size_t best = argmax(row, classes);
        result.bins[calibration_bin(row[best], result.bins.size())].add(row[best], best == labels[i],
                                                                        detail::weight_at(weights, i));
    }
    return result;
}

inline double expected_calibration_error(const Labels& labels, const Numbers& probabilities,
                                         std::size_t classes, std::size_t bins, const Numbers& weights = {}) {
    return reliability(labels, probabilities, classes, bins, weights).expected_calibration_error();
}

/// The share of samples where fewer than `k` classes have a higher score than the right one. Scores may be
/// any finite numbers.
inline double top_k_accuracy(const Labels& labels, const Numbers& scores, std::size_t classes, std::size_t k,
                             const Numbers& weights = {}) {
    detail::check_columns(labels, scores, classes, "top_k_accuracy");
    detail::check_finite(scores, "top_k_accuracy", "score");
    detail::check_weights(weights, labels.size(), "top_k_accuracy");
    return detail::mean_of_samples(labels.size(), weights, [&](std::size_t i) {
        const double* const row = scores.data() + i * classes;
        const auto higher = std::count_if(row, row + classes, [&](double s) { return s > row[labels[i]]; });
        return static_cast<std::size_t>(higher) < k ? 1.0 : 0.0;
    });
}

} // namespace burin::metrics
