#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/data/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Scores of one feature, whose values are `feature`, one a sample. Throws Error if there are not as many
// targets.

namespace burin::data {

namespace detail {

inline void check_targets(std::span<const double> feature, std::size_t targets, std::string_view who) {
    if (feature.size() != targets || feature.empty())
        throw Error(std::string(who) + ": expected a target for each of " + std::to_string(feature.size()) +
                    " samples, at least one, got " + std::to_string(targets));
}

/// What the samples of each class sum up to, and how many they are.
struct ClassSums {
    std::vector<double> sums, counts;

    ClassSums(std::span<const double> feature, std::span<const Label> labels) {
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (labels[i] >= sums.size()) {
                sums.resize(std::size_t{labels[i]} + 1);
                counts.resize(sums.size());
            }
            sums[labels[i]] += feature[i];
            counts[labels[i]] += 1;
        }
    }

    std::size_t classes() const noexcept {
        return static_cast<std::size_t>(
            std::ranges::count_if(counts, [](double count) { return count > 0; }));
    }
};

} // namespace detail

/// The F of a one-way analysis of variance: (between classes / (classes − 1)) / (within / (samples −
/// classes)). NaN of a feature that never varies, infinite of one that varies between classes alone.
/// scikit-learn's `f_classif`.
inline double anova_f(std::span<const double> feature, std::span<const Label> labels) {
    detail::check_targets(feature, labels.size(), "anova_f");
    const detail::ClassSums own(feature, labels);
    const auto count = static_cast<double>(feature.size());
    double mean = 0;
    for (const double value : feature)
        mean += value / count;
    double between = 0, within = 0;
    for (std::size_t c = 0; c < own.sums.size(); ++c)
        if (own.counts[c] > 0) {
            const double away = own.sums[c] / own.counts[c] - mean;
            between += own.counts[c] * away * away;
        }
    for (std::size_t i = 0; i < feature.size(); ++i) {
        const double away = feature[i] - own.sums[labels[i]] / own.counts[labels[i]];
        within += away * away;
    }
    const auto classes = static_cast<double>(own.classes());
    return between / (classes - 1) / (within / (count - classes));
}

/// r²/(1 − r²) · (samples − 2) of the correlation r with the targets: 0 of a feature that never varies, and
/// the largest double where they lie in one line. scikit-learn's `f_regression`.
inline double regression_f(std::span<const double> feature, std::span<const double> targets) {
    detail::check_targets(feature, targets.size(), "regression_f");
    const auto count = static_cast<double>(feature.size());
    double feature_mean = 0, target_mean = 0;
    for (std::size_t i = 0; i < feature.size(); ++i) {
        feature_mean += feature[i] / count;
        target_mean += targets[i] / count;
    }
    double together = 0, feature_square = 0, target_square = 0;
    for (std::size_t i = 0; i < feature.size(); ++i) {
        const double x = feature[i] - feature_mean, y = targets[i] - target_mean;
        together += x * y;
        feature_square += x * x;
        target_square += y * y;
    }
    if (feature_square == 0 || target_square == 0)
        return 0;
    const double correlation = together / std::sqrt(feature_square) / std::sqrt(target_square);
    const double unexplained = 1 - correlation * correlation;
    constexpr double largest = std::numeric_limits<double>::max();
    return unexplained > 0 ? std::min(correlation * correlation / unexplained * (count - 2), largest)
                           : largest;
}

/// Σ (sum in class − expected)²/expected, where expected is the class's share of all. NaN of a feature that
/// is always 0. scikit-learn's `chi2`. Throws Error for a value below 0.
inline double chi_squared(std::span<const double> feature, std::span<const Label> labels) {
    detail::check_targets(feature, labels.size(), "chi_squared");
    for (std::size_t i = 0; i < feature.size(); ++i)
        if (!(feature[i] >= 0))
            throw Error("chi_squared: sample " + std::to_string(i) +
                        ": expected counts or shares, none below 0, got " + number_text(feature[i]));
    const detail::ClassSums own(feature, labels);
    double all = 0, result = 0;
    for (const double sum : own.sums)
        all += sum;
    for (std::size_t c = 0; c < own.sums.size(); ++c)
        if (own.counts[c] > 0) {
            const double expected = own.counts[c] / static_cast<double>(feature.size()) * all;
            result += (own.sums[c] - expected) * (own.sums[c] - expected) / expected;
        }
    return result;
}

/// The numbers of the `count` best of these scores, rising; NaN is worse than any number, and of equal ones
/// the later is better, as in scikit-learn. Throws Error if there are fewer.
inline std::vector<std::size_t> best_features(std::span<const double> scores, std::size_t count) {
    if (count > scores.size())
        throw Error("best_features: expected at most " + std::to_string(scores.size()) + " features, got " +
                    std::to_string(count));
    std::vector<std::size_t> order(scores.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    const auto score = [&](std::size_t i) {
        return std::isnan(scores[i]) ? std::numeric_limits<double>::lowest() : scores[i];
    };
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return score(a) != score(b) ? score(a) > score(b) : a > b;
    });
    order.resize(count);
    std::ranges::sort(order);
    return order;
}

} // namespace burin::data
