#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <limits>

namespace burin::metrics {

/// How the scores of several classes become one. Names and meanings are scikit-learn's.
enum class Average {
    binary,   ///< That of class 1 alone: "yes" of yes and no.
    micro,    ///< Of the counts of all classes together.
    macro,    ///< The mean over the classes.
    weighted, ///< The mean over the classes, each weighted by how often it is the right one (its support).
};

/// How often a class was named rightly, was named wrongly, and was missed. Sums of weights, so no whole
/// numbers.
struct ClassCount {
    double true_positives = 0;
    double false_positives = 0;
    double false_negatives = 0;

    constexpr double support() const noexcept { return true_positives + false_negatives; }
    constexpr double named() const noexcept { return true_positives + false_positives; }

    constexpr void merge(const ClassCount& other) noexcept {
        true_positives += other.true_positives;
        false_positives += other.false_positives;
        false_negatives += other.false_negatives;
    }
};

/// A ratio, or what it shall be where its denominator is 0 (scikit-learn's `zero_division`).
constexpr double ratio(double numerator, double denominator, double zero_division) noexcept {
    return denominator == 0 ? zero_division : numerator / denominator;
}

/// The scores of a class by its counts. Each is `zero_division` where it is 0 / 0.
struct PrecisionRule {
    constexpr double operator()(const ClassCount& c, double zero_division) const noexcept {
        return ratio(c.true_positives, c.named(), zero_division);
    }
};
struct RecallRule {
    constexpr double operator()(const ClassCount& c, double zero_division) const noexcept {
        return ratio(c.true_positives, c.support(), zero_division);
    }
};
/// (1 + β²) · precision · recall / (β² · precision + recall); Dice's coefficient is that of β = 1.
struct FBetaRule {
    double beta = 1;

    constexpr double operator()(const ClassCount& c, double zero_division) const noexcept {
        const double square = beta * beta;
        return ratio((1 + square) * c.true_positives, square * c.support() + c.named(), zero_division);
    }
};
/// Intersection over union, Jaccard's index.
struct IoURule {
    constexpr double operator()(const ClassCount& c, double zero_division) const noexcept {
        return ratio(c.true_positives, c.true_positives + c.false_positives + c.false_negatives,
                     zero_division);
    }
};

/// The scores of some classes as one. A mean leaves out the classes whose score is NaN, so with a
/// `zero_division` of NaN those that never occur; it is NaN if none is left. The weighted mean is
/// `zero_division` if no class has support.
template <class Rule>
constexpr double average_score(const Rule& rule, const ClassCount* classes, std::size_t count,
                               Average average, double zero_division) noexcept {
    if (count == 0)
        return std::numeric_limits<double>::quiet_NaN();
    if (average == Average::binary)
        return rule(classes[count > 1 ? 1 : 0], zero_division);
    if (average == Average::micro) {
        ClassCount all;
        for (std::size_t c = 0; c < count; ++c)
            all.merge(classes[c]);
        return rule(all, zero_division);
    }
    double support = 0, sum = 0, weights = 0;
    for (std::size_t c = 0; c < count; ++c) {
        support += classes[c].support();
        const double score = rule(classes[c], zero_division);
        const double weight = average == Average::weighted ? classes[c].support() : 1;
        if (score == score) {
            sum += weight * score;
            weights += weight;
        }
    }
    if (average == Average::weighted && support == 0)
        return zero_division;
    return weights == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / weights;
}

} // namespace burin::metrics
