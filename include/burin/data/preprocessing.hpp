#pragma once

#include "burin/core/error.hpp"
#include "burin/data/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

/// x ↦ (x − offset) / divisor for each feature, learnt on one set and applied to others. Applying makes a new
/// set with memory of its own; the old one stays as it is.
class FeatureScaling {
  public:
    FeatureScaling(std::vector<double> offsets, std::vector<double> divisors)
        : offsets_(std::move(offsets)), divisors_(std::move(divisors)) {}

    /// Throws Error if the set has another number of features.
    template <class Target, class Scalar>
    Dataset<Target, Scalar> operator()(const Dataset<Target, Scalar>& data) const {
        const std::size_t features = data.input_shape().size();
        if (features != offsets_.size())
            throw Error("FeatureScaling: expected " + std::to_string(offsets_.size()) + " features, got " +
                        std::to_string(features));
        std::vector<Scalar> inputs, weights;
        std::vector<Target> targets;
        inputs.reserve(data.size() * features);
        for (std::size_t i = 0; i < data.size(); ++i) {
            for (std::size_t f = 0; f < features; ++f)
                inputs.push_back(static_cast<Scalar>((static_cast<double>(data.input(i)[f]) - offsets_[f]) /
                                                     divisors_[f]));
            targets.insert(targets.end(), data.target(i).begin(), data.target(i).end());
            if (data.has_weights())
                weights.push_back(data.weight(i));
        }
        return Dataset<Target, Scalar>(data.input_shape(), std::move(inputs), std::move(targets),
                                       std::move(weights));
    }

    const std::vector<double>& offsets() const noexcept { return offsets_; }
    const std::vector<double>& divisors() const noexcept { return divisors_; }

  private:
    std::vector<double> offsets_;
    std::vector<double> divisors_;
};

/// Learns to bring every feature to mean 0 and standard deviation 1 (of the population). A feature that never
/// varies is only centred. Throws Error for an empty set.
template <class Target, class Scalar>
FeatureScaling standardize(const Dataset<Target, Scalar>& data) {
    if (data.empty())
        throw Error("standardize: expected at least one sample, got an empty set");
    const std::size_t features = data.input_shape().size();
    // The mean as the first value and what the others add to it: a feature that never varies then has exactly
    // its value as the mean.
    std::vector<double> means(data.input(0).begin(), data.input(0).end()), deviations(features);
    const auto count = static_cast<double>(data.size());
    for (std::size_t f = 0; f < features; ++f) {
        double above = 0;
        for (std::size_t i = 1; i < data.size(); ++i)
            above += static_cast<double>(data.input(i)[f]) - means[f];
        means[f] += above / count;
    }
    for (std::size_t i = 0; i < data.size(); ++i)
        for (std::size_t f = 0; f < features; ++f) {
            const double difference = static_cast<double>(data.input(i)[f]) - means[f];
            deviations[f] += difference * difference / count;
        }
    for (double& deviation : deviations)
        deviation = deviation > 0 ? std::sqrt(deviation) : 1.0;
    return {std::move(means), std::move(deviations)};
}

/// Learns to bring every feature to the range 0 to 1. A feature that never varies becomes 0. Throws Error for
/// an empty set.
template <class Target, class Scalar>
FeatureScaling normalize(const Dataset<Target, Scalar>& data) {
    if (data.empty())
        throw Error("normalize: expected at least one sample, got an empty set");
    const std::size_t features = data.input_shape().size();
    std::vector<double> lowest(features, std::numeric_limits<double>::infinity());
    std::vector<double> ranges(features, -std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < data.size(); ++i)
        for (std::size_t f = 0; f < features; ++f) {
            const auto value = static_cast<double>(data.input(i)[f]);
            lowest[f] = std::min(lowest[f], value);
            ranges[f] = std::max(ranges[f], value);
        }
    for (std::size_t f = 0; f < features; ++f)
        ranges[f] = ranges[f] > lowest[f] ? ranges[f] - lowest[f] : 1.0;
    return {std::move(lowest), std::move(ranges)};
}

/// Labels as vectors of `classes` zeros with a one at the label. Throws Error if a label is too large.
template <class Scalar>
Dataset<Scalar, Scalar> one_hot(const Dataset<Label, Scalar>& data, std::size_t classes) {
    data.check_labels(classes);
    std::vector<Scalar> inputs, targets(data.size() * data.target_size() * classes), weights;
    for (std::size_t i = 0; i < data.size(); ++i) {
        inputs.insert(inputs.end(), data.input(i).begin(), data.input(i).end());
        for (std::size_t t = 0; t < data.target_size(); ++t)
            targets[(i * data.target_size() + t) * classes + data.target(i)[t]] = 1;
        if (data.has_weights())
            weights.push_back(data.weight(i));
    }
    return Dataset<Scalar, Scalar>(data.input_shape(), std::move(inputs), std::move(targets),
                                   std::move(weights));
}

} // namespace burin::data
