#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

/// How a class's weight comes of n, what its samples weigh together. Each class of the same weight: 1/n, as
/// scikit-learn's `balanced`.
struct BalancedWeights {
    double operator()(double n) const noexcept { return 1 / n; }
};

/// Half way to equal: 1/√n.
struct RootWeights {
    double operator()(double n) const noexcept { return 1 / std::sqrt(n); }
};

/// By how many samples tell something of their own: (1 − β)/(1 − βⁿ), between no weights (β = 0) and balanced
/// ones (β → 1). Cui, Jia, Lin, Song and Belongie, "Class-Balanced Loss Based on Effective Number of
/// Samples", CVPR 2019.
struct EffectiveNumberWeights {
    double beta = 0.999; ///< 0 ≤ β < 1.

    double operator()(double n) const {
        if (!(beta >= 0 && beta < 1))
            throw Error("EffectiveNumberWeights: expected 0 <= beta < 1, got " + number_text(beta));
        return beta == 0 ? 1 : (1 - beta) / -std::expm1(n * std::log(beta));
    }
};

namespace detail {

template <class Rule>
std::vector<double> weights_of_counts(const std::vector<double>& counts, const Rule& rule) {
    std::vector<double> weights;
    double sum = 0, all = 0;
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (!(counts[c] > 0))
            throw Error("class_weights: expected samples of each of " + std::to_string(counts.size()) +
                        " classes, got none of class " + std::to_string(c));
        weights.push_back(rule(counts[c]));
        sum += counts[c] * weights[c];
        all += counts[c];
    }
    for (double& weight : weights)
        weight *= all / sum;
    return weights;
}

/// Adds what a label weighs; `classes` 0 is as many as occur.
inline void count_label(std::vector<double>& counts, Label label, double weight, std::size_t classes,
                        std::size_t sample) {
    if (classes > 0 && label >= classes)
        throw Error("class_weights: label " + std::to_string(sample) + ": expected one below " +
                    std::to_string(classes) + ", got " + std::to_string(label));
    if (label >= counts.size()) {
        if (label > 1'000'000)
            throw Error("class_weights: label " + std::to_string(sample) +
                        ": expected one of at most a million classes, got " + std::to_string(label));
        counts.resize(std::size_t{label} + 1);
    }
    counts[label] += weight;
}

} // namespace detail

/// A weight for each class, rare ones more, such that the mean over the samples is 1:
///
///     const std::vector<double> weights = data::class_weights(train);
///     fit(model, train, Fit{.loss = losses::SparseCategoricalCrossentropy{.class_weights = weights}});
///
/// With `BalancedWeights` they are all/(classes · n), as scikit-learn's `compute_class_weight`. `classes` 0
/// means those up to the largest label. Throws Error if a class has no samples.
template <class Rule = BalancedWeights>
std::vector<double> class_weights(std::span<const Label> labels, std::size_t classes = 0,
                                  const Rule& rule = {}) {
    return core::within_memory("class_weights", [&] {
        std::vector<double> counts(classes);
        for (std::size_t i = 0; i < labels.size(); ++i)
            detail::count_label(counts, labels[i], 1, classes, i);
        return detail::weights_of_counts(counts, rule);
    });
}

/// The same for the labels of a set, which may have several a sample; samples count by their weights, and
/// positions whose label is `ignored` not at all.
template <class Scalar, class Rule = BalancedWeights>
std::vector<double> class_weights(const Dataset<Label, Scalar>& data, std::size_t classes = 0,
                                  const Rule& rule = {}, IgnoredLabel ignored = {}) {
    return core::within_memory("class_weights", [&] {
        std::vector<double> counts(classes);
        for (std::size_t i = 0; i < data.size(); ++i)
            for (const Label label : data.target(i))
                if (!ignored.matches(label))
                    detail::count_label(counts, label, static_cast<double>(data.weight(i)), classes, i);
        return detail::weights_of_counts(counts, rule);
    });
}

/// The set with each sample's weight multiplied by that of its class: for losses that take no class weights.
/// Copies the samples. Throws Error if a weight is negative or not finite, and if a sample has
/// several labels, or one that has no weight.
template <class Scalar>
Dataset<Label, Scalar> weighted_by_class(const Dataset<Label, Scalar>& data,
                                         std::span<const double> class_weights) {
    return core::within_memory("weighted_by_class", [&] {
        for (std::size_t c = 0; c < class_weights.size(); ++c)
            if (!(class_weights[c] >= 0 && std::isfinite(static_cast<Scalar>(class_weights[c]))))
                throw Error("weighted_by_class: class " + std::to_string(c) +
                            ": expected a finite weight of at least 0, got " + number_text(class_weights[c]));
        std::vector<Label> labels = data.labels();
        std::vector<Scalar> inputs, weights;
        inputs.reserve(data.size() * data.input_shape().size());
        weights.reserve(data.size());
        for (std::size_t i = 0; i < data.size(); ++i) {
            if (labels[i] >= class_weights.size())
                throw Error("weighted_by_class: sample " + std::to_string(i) + ": expected a label below " +
                            std::to_string(class_weights.size()) + ", got " + std::to_string(labels[i]));
            inputs.insert(inputs.end(), data.input(i).begin(), data.input(i).end());
            weights.push_back(
                static_cast<Scalar>(static_cast<double>(data.weight(i)) * class_weights[labels[i]]));
        }
        return Dataset<Label, Scalar>(data.input_shape(), std::move(inputs), std::move(labels),
                                      std::move(weights));
    });
}

} // namespace burin::data
