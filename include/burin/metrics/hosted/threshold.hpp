#pragma once

#include "burin/metrics/hosted/curves.hpp"

#include <cstddef>
#include <limits>
#include <vector>

namespace burin::metrics {

/// What a threshold comes to: weights of the right and wrong answers of yes and of no.
struct ThresholdCounts {
    double true_positives = 0;
    double false_positives = 0;
    double false_negatives = 0;
    double true_negatives = 0;
};

/// The F_β measure of yes: (1 + β²) · TP / ((1 + β²) · TP + β² · FN + FP), 0 where nothing is found.
struct BestF {
    double beta = 1;

    double operator()(const ThresholdCounts& counts) const noexcept {
        const double square = beta * beta, hits = (1 + square) * counts.true_positives;
        return ratio(hits, hits + square * counts.false_negatives + counts.false_positives, 0);
    }
};

/// Youden's J: true positive rate − false positive rate; 0 of a class that does not occur.
struct BestYouden {
    double operator()(const ThresholdCounts& counts) const noexcept {
        return ratio(counts.true_positives, counts.true_positives + counts.false_negatives, 0) -
               ratio(counts.false_positives, counts.false_positives + counts.true_negatives, 0);
    }
};

/// What the wrong answers cost, with a minus.
struct LeastCost {
    double false_positive = 1;
    double false_negative = 1;

    double operator()(const ThresholdCounts& counts) const noexcept {
        return -(false_positive * counts.false_positives + false_negative * counts.false_negatives);
    }
};

namespace detail {

/// Half way, and below `high` also where there is no number between them.
inline double between(double low, double high) noexcept {
    const double middle = low / 2 + high / 2;
    return middle < high ? middle : low;
}

} // namespace detail

struct BestThreshold {
    double threshold = 0; ///< Scores above it mean yes.
    double value = 0;     ///< What it reaches, by what it was chosen by.
    ThresholdCounts counts{};
};

/// The threshold that is best on these samples, whose targets are above 0.5 for yes: choose it on validation
/// data, where 0.5 is seldom the best if yes is rare.
///
///     const auto best = metrics::best_threshold(targets, scores, metrics::LeastCost{.false_negative = 10});
///
/// `value` is any function of `ThresholdCounts`, the larger the better. The threshold lies half way between
/// neighbouring scores; of equally good ones it is the highest. It is infinite where saying no to all is
/// best, and minus infinity where yes is. Samples of weight 0 do not count. Errors as for `roc_curve`.
template <class Value = BestF>
BestThreshold best_threshold(const Numbers& targets, const Numbers& scores, const Value& value = {},
                             const Numbers& weights = {}) {
    const detail::Cumulative sums = detail::cumulate(targets, scores, weights, "best_threshold");
    const std::size_t points = sums.thresholds.size();
    const double positives = points == 0 ? 0 : sums.true_positives.back();
    const double negatives = points == 0 ? 0 : sums.false_positives.back();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    BestThreshold best{infinity, 0, {0, 0, positives, negatives}};
    best.value = value(best.counts);
    for (std::size_t i = 0; i < points; ++i) {
        const double hits = sums.true_positives[i], alarms = sums.false_positives[i];
        const ThresholdCounts counts{hits, alarms, positives - hits, negatives - alarms};
        if (const double reached = value(counts); reached > best.value) {
            best = {i + 1 < points ? detail::between(sums.thresholds[i + 1], sums.thresholds[i]) : -infinity,
                    reached, counts};
        }
    }
    return best;
}

} // namespace burin::metrics
