#pragma once

#include "burin/core/label.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/reduction/feature_scores.hpp"
#include "burin/data/reduction/mutual_information.hpp"
#include "burin/data/reduction/points.hpp"
#include "burin/data/reduction/select_best.hpp"
#include "burin/data/reduction/variance_threshold.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace burin::data {

namespace detail {

template <class F>
void set_selection(F& fitted, std::span<const std::size_t> features) {
    for (std::size_t i = 0; i < features.size(); ++i)
        fitted.features[i] = static_cast<std::uint32_t>(features[i]);
}

/// Targets that are classes.
template <class Samples>
std::vector<Label> labels_of(const Samples& samples) {
    std::vector<Label> labels;
    for (const double target : targets_of(samples)) {
        if (!(target >= 0 && target <= 1'000'000 && target == std::floor(target)))
            samples.refuse("sample " + std::to_string(labels.size()) +
                           ": expected a class, a whole number from 0 to a million, got " +
                           number_text(target));
        labels.push_back(static_cast<Label>(target));
    }
    return labels;
}

/// One feature of points.
inline std::vector<double> feature_of(std::span<const double> points, std::size_t width,
                                      std::size_t feature) {
    std::vector<double> values;
    values.reserve(points.size() / width);
    for (std::size_t i = feature; i < points.size(); i += width)
        values.push_back(points[i]);
    return values;
}

} // namespace detail

template <std::size_t Features, double Threshold>
template <class F, class Samples>
void VarianceThreshold<Features, Threshold>::fit(F& fitted, const Samples& samples) {
    const std::vector<double> points = detail::finite_points(samples);
    std::vector<std::size_t> kept;
    for (std::size_t f = 0; f < samples.width(); ++f) {
        const std::vector<double> values = detail::feature_of(points, samples.width(), f);
        const auto count = static_cast<double>(values.size());
        double mean = 0, variance = 0;
        for (const double value : values)
            mean += value / count;
        for (const double value : values)
            variance += (value - mean) * (value - mean) / count;
        // Rounding may leave some variance of what never varies.
        const auto [low, high] = std::ranges::minmax(values);
        if (low != high && variance > Threshold)
            kept.push_back(f);
    }
    if (kept.size() != Features)
        samples.refuse("expected " + std::to_string(Features) + " features whose variance exceeds " +
                       number_text(Threshold) + ", got " + std::to_string(kept.size()) + " of " +
                       std::to_string(samples.width()));
    detail::set_selection(fitted, kept);
}

template <std::size_t Features, FeatureScore Score>
template <class F, class Samples>
void SelectBest<Features, Score>::fit(F& fitted, const Samples& samples) {
    const std::vector<double> points = detail::finite_points(samples);
    std::vector<double> scores, targets;
    std::vector<Label> labels;
    if constexpr (Score == FeatureScore::regression_f)
        targets = detail::targets_of(samples);
    else
        labels = detail::labels_of(samples);
    for (std::size_t f = 0; f < samples.width(); ++f) {
        const std::vector<double> values = detail::feature_of(points, samples.width(), f);
        if constexpr (Score == FeatureScore::anova_f)
            scores.push_back(anova_f(values, labels));
        else if constexpr (Score == FeatureScore::regression_f)
            scores.push_back(regression_f(values, targets));
        else if constexpr (Score == FeatureScore::chi_squared)
            scores.push_back(chi_squared(values, labels));
        else
            scores.push_back(mutual_information(values, labels, {.seed = samples.seed() + f}));
    }
    detail::set_selection(fitted, best_features(scores, Features));
}

} // namespace burin::data
