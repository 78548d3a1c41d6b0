#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

/// x ↦ (x − offset) / divisor for each feature, learnt on one set and applied to others. Applying makes a new
/// set with memory of its own; the old one stays as it is.
class FeatureScaling {
  public:
    /// Throws Error unless there are as many divisors as offsets, all finite and no divisor 0.
    FeatureScaling(std::vector<double> offsets, std::vector<double> divisors)
        : offsets_(std::move(offsets)), divisors_(std::move(divisors)) {
        if (offsets_.size() != divisors_.size())
            throw Error("FeatureScaling: expected a divisor for each of " + std::to_string(offsets_.size()) +
                        " offsets, got " + std::to_string(divisors_.size()));
        for (std::size_t f = 0; f < offsets_.size(); ++f)
            if (!std::isfinite(offsets_[f]) || !std::isfinite(divisors_[f]) || divisors_[f] == 0)
                throw Error("FeatureScaling: feature " + std::to_string(f) +
                            ": expected a finite offset and a finite divisor that is not 0, got " +
                            number_text(offsets_[f]) + " and " + number_text(divisors_[f]));
    }

    /// NaN stays NaN and infinity infinity. Throws Error if the set has another number of features, and where
    /// what comes of a finite value exceeds the range of Scalar.
    template <class Target, class Scalar>
    Dataset<Target, Scalar> operator()(const Dataset<Target, Scalar>& data) const {
        const std::size_t features = data.input_shape().size();
        if (features != offsets_.size())
            throw Error("FeatureScaling: expected " + std::to_string(offsets_.size()) + " features, got " +
                        std::to_string(features));
        return within_memory("FeatureScaling", [&] {
            std::vector<Scalar> inputs, weights;
            std::vector<Target> targets;
            inputs.reserve(data.size() * features);
            for (std::size_t i = 0; i < data.size(); ++i) {
                for (std::size_t f = 0; f < features; ++f) {
                    const Scalar value = data.input(i)[f];
                    const double scaled = (static_cast<double>(value) - offsets_[f]) / divisors_[f];
                    inputs.push_back(static_cast<Scalar>(scaled));
                    if (!std::isfinite(inputs.back()) && std::isfinite(value))
                        throw Error("FeatureScaling: sample " + std::to_string(i) + ", feature " +
                                    std::to_string(f) + ": expected a result within the range of " +
                                    scalar_name<Scalar>() + ", got " + number_text(value) +
                                    " with the offset " + number_text(offsets_[f]) + " and the divisor " +
                                    number_text(divisors_[f]));
                }
                targets.insert(targets.end(), data.target(i).begin(), data.target(i).end());
                if (data.has_weights())
                    weights.push_back(data.weight(i));
            }
            return Dataset<Target, Scalar>(data.input_shape(), std::move(inputs), std::move(targets),
                                           std::move(weights));
        });
    }

    const std::vector<double>& offsets() const noexcept { return offsets_; }
    const std::vector<double>& divisors() const noexcept { return divisors_; }

  private:
    std::vector<double> offsets_;
    std::vector<double> divisors_;
};

namespace detail {

/// Throws Error unless there are samples, all finite: what others teach is no scale.
template <class Target, class Scalar>
void require_finite(const char* who, const Dataset<Target, Scalar>& data) {
    if (data.empty())
        throw Error(std::string(who) + ": expected at least one sample, got an empty set");
    for (std::size_t i = 0; i < data.size(); ++i)
        for (std::size_t f = 0; f < data.input_shape().size(); ++f)
            if (const Scalar value = data.input(i)[f]; !std::isfinite(value))
                throw Error(std::string(who) + ": sample " + std::to_string(i) + ", feature " +
                            std::to_string(f) + ": expected a finite value, got " + number_text(value));
}

/// What is learnt of a feature in several passes over the set.
struct Moments {
    double first = 0;
    double unit = 1;  ///< A power of two by which values are multiplied so that their differences are finite.
    double above = 0; ///< The sum of what the values exceed the first by.
    double farthest = 0;
    double differences_unit = 1; ///< The same for differences from the mean and their squares.
    double squares = 0;
};

} // namespace detail

/// Learns to bring every feature to mean 0 and standard deviation 1 (of the population), whatever the size of
/// the values: neither sums nor squares overflow or vanish. A feature that never varies is only centred.
/// Throws Error for an empty set and for values that are not finite.
template <class Target, class Scalar>
FeatureScaling standardize(const Dataset<Target, Scalar>& data) {
    detail::require_finite("standardize", data);
    return within_memory("standardize", [&] {
        const std::size_t features = data.input_shape().size();
        const auto count = static_cast<double>(data.size());
        std::vector<detail::Moments> moments(features);
        const auto each = [&](auto visit) {
            for (std::size_t i = 0; i < data.size(); ++i)
                for (std::size_t f = 0; f < features; ++f)
                    visit(moments[f], static_cast<double>(data.input(i)[f]));
        };
        each([](detail::Moments& feature, double value) {
            if (std::abs(value) > 0x1p500)
                feature.unit = 0x1p-600;
        });
        for (std::size_t f = 0; f < features; ++f)
            moments[f].first = static_cast<double>(data.input(0)[f]) * moments[f].unit;
        // The mean as the first value and what the others add to it: a feature that never varies then has
        // exactly its value as the mean.
        each([](detail::Moments& feature, double value) {
            feature.above += value * feature.unit - feature.first;
        });
        const auto difference = [&](const detail::Moments& feature, double value) {
            return value * feature.unit - (feature.first + feature.above / count);
        };
        each([&](detail::Moments& feature, double value) {
            feature.farthest = std::max(feature.farthest, std::abs(difference(feature, value)));
        });
        for (detail::Moments& feature : moments)
            if (feature.farthest < 0x1p-500 || feature.farthest > 0x1p500)
                feature.differences_unit = feature.farthest < 1 ? 0x1p600 : 0x1p-600;
        each([&](detail::Moments& feature, double value) {
            const double scaled = difference(feature, value) * feature.differences_unit;
            feature.squares += scaled * scaled / count;
        });
        std::vector<double> means, deviations;
        for (const detail::Moments& feature : moments) {
            means.push_back((feature.first + feature.above / count) / feature.unit);
            const double deviation = std::sqrt(feature.squares) / feature.differences_unit / feature.unit;
            deviations.push_back(deviation > 0 ? deviation : 1.0);
        }
        return FeatureScaling(std::move(means), std::move(deviations));
    });
}

/// Learns to bring every feature to the range 0 to 1. A feature that never varies becomes 0. Throws Error for
/// an empty set, for values that are not finite and for a range that exceeds that of double.
template <class Target, class Scalar>
FeatureScaling normalize(const Dataset<Target, Scalar>& data) {
    detail::require_finite("normalize", data);
    return within_memory("normalize", [&] {
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
        return FeatureScaling(std::move(lowest), std::move(ranges));
    });
}

/// Labels as vectors of `classes` zeros with a one at the label. Throws Error if a label is too large, or
/// there are more zeros than memory.
template <class Scalar>
Dataset<Scalar, Scalar> one_hot(const Dataset<Label, Scalar>& data, std::size_t classes) {
    data.check_labels(classes);
    return within_memory("one_hot", [&] {
        const std::size_t labels = data.size() * data.target_size();
        if (labels > 0 && classes > std::numeric_limits<std::size_t>::max() / labels)
            throw std::bad_alloc();
        std::vector<Scalar> inputs, targets(labels * classes), weights;
        for (std::size_t i = 0; i < data.size(); ++i) {
            inputs.insert(inputs.end(), data.input(i).begin(), data.input(i).end());
            for (std::size_t t = 0; t < data.target_size(); ++t)
                targets[(i * data.target_size() + t) * classes + data.target(i)[t]] = 1;
            if (data.has_weights())
                weights.push_back(data.weight(i));
        }
        return Dataset<Scalar, Scalar>(data.input_shape(), std::move(inputs), std::move(targets),
                                       std::move(weights));
    });
}

} // namespace burin::data
