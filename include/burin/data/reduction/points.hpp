#pragma once

#include "burin/core/error.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/number_text.hpp"

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data::detail {

/// All numbers of what a stage is fitted on, sample by sample. They must be finite, and the samples some.
template <class Samples>
std::vector<double> finite_points(const Samples& samples, std::size_t least = 1) {
    if (samples.size() < least)
        samples.refuse("expected at least " + std::to_string(least) + " samples, got " +
                       std::to_string(samples.size()));
    std::vector<double> points;
    points.reserve(samples.size() * samples.width());
    for (std::size_t i = 0; i < samples.size(); ++i)
        for (std::size_t f = 0; f < samples.width(); ++f) {
            const double value = samples(i, f);
            if (!std::isfinite(value))
                samples.refuse("sample " + std::to_string(i) + ", feature " + std::to_string(f) +
                               ": expected a finite number, got " + number_text(value));
            points.push_back(value);
        }
    return points;
}

/// The target of each sample. They must be finite.
template <class Samples>
std::vector<double> targets_of(const Samples& samples) {
    if (!samples.has_targets())
        samples.refuse("expected samples with a target, got none");
    std::vector<double> targets;
    targets.reserve(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        targets.push_back(samples.target(i));
        if (!std::isfinite(targets.back()))
            samples.refuse("sample " + std::to_string(i) + ": expected a finite target, got " +
                           (std::isnan(targets.back()) ? "none" : number_text(targets.back())));
    }
    return targets;
}

/// All inputs of a set, sample by sample.
template <class Target, class Scalar>
std::vector<double> points_of(const Dataset<Target, Scalar>& data, std::string_view who) {
    std::vector<double> points;
    points.reserve(data.size() * data.input_shape().size());
    for (std::size_t i = 0; i < data.size(); ++i)
        for (const Scalar value : data.input(i)) {
            if (!std::isfinite(value))
                throw Error(std::string(who) + ": sample " + std::to_string(i) +
                            ": expected finite numbers, got " + number_text(value));
            points.push_back(static_cast<double>(value));
        }
    return points;
}

} // namespace burin::data::detail
