#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/moments.hpp"
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
        return core::within_memory("FeatureScaling", [&] {
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

} // namespace detail

/// Learns to bring every feature to mean 0 and standard deviation 1 (of the population), whatever the size of
/// the values: neither sums nor squares overflow or vanish. A feature that never varies is only centred.
/// Throws Error for an empty set and for values that are not finite.
template <class Target, class Scalar>
FeatureScaling standardize(const Dataset<Target, Scalar>& data) {
    detail::require_finite("standardize", data);
    return core::within_memory("standardize", [&] {
        std::vector<Moments> moments(data.input_shape().size());
        find_moments(moments, [&](auto visit) {
            for (std::size_t i = 0; i < data.size(); ++i)
                for (std::size_t f = 0; f < moments.size(); ++f)
                    visit(f, static_cast<double>(data.input(i)[f]));
        });
        std::vector<double> means, deviations;
        for (const Moments& feature : moments) {
            means.push_back(feature.mean());
            const double deviation = feature.deviation();
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
    return core::within_memory("normalize", [&] {
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
    return core::within_memory("one_hot", [&] {
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
