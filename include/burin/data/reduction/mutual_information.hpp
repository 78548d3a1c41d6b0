#pragma once

#include "burin/core/label.hpp"
#include "burin/core/random.hpp"
#include "burin/data/reduction/feature_scores.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace burin::data {

namespace detail {

/// The logarithmic derivative of Γ at x > 0: the asymptotic series, after steps up to where it is exact.
inline double digamma(double x) {
    double result = 0;
    for (; x < 10; ++x)
        result -= 1 / x;
    const double square = 1 / (x * x);
    return result + std::log(x) - 0.5 / x -
           square *
               (1.0 / 12 -
                square * (1.0 / 120 -
                          square * (1.0 / 252 -
                                    square * (1.0 / 240 - square * (1.0 / 132 - square * 691 / 32760)))));
}

/// The distance of sorted value `i` to its `neighbour`-th nearest among the others (from 1).
inline double neighbour_distance(std::span<const double> sorted, std::size_t i, std::size_t neighbour) {
    std::size_t low = i, high = i;
    double distance = 0;
    for (std::size_t found = 0; found < neighbour; ++found) {
        const bool below = low > 0 && (high + 1 == sorted.size() ||
                                       sorted[i] - sorted[low - 1] <= sorted[high + 1] - sorted[i]);
        distance = below ? sorted[i] - sorted[--low] : sorted[++high] - sorted[i];
    }
    return distance;
}

} // namespace detail

struct MutualInformation {
    std::size_t neighbours = 3;
    std::uint64_t seed = 0;
};

/// How much the value of a continuous feature tells of the class, in nats: 0 where it tells nothing, at most
/// the entropy of the classes. Estimated from nearest neighbours by Ross, "Mutual Information between
/// Discrete and Continuous Data Sets", PLoS ONE 9 (2014), as scikit-learn's `mutual_info_classif`, of which
/// it differs by the tiny noise alone (10⁻¹⁰ of the values) that both add, so that no values are equal: to
/// 10⁻¹² where none are, else within the estimate's own spread. A class of one sample does not count.
inline double mutual_information(std::span<const double> feature, std::span<const Label> labels,
                                 const MutualInformation& options = {}) {
    detail::check_targets(feature, labels.size(), "mutual_information");
    const auto count = static_cast<double>(feature.size());
    double mean = 0, square = 0, size = 0;
    for (const double value : feature)
        mean += value / count;
    for (const double value : feature)
        square += (value - mean) * (value - mean) / count;
    const double deviation = square > 0 ? std::sqrt(square) : 1;
    for (const double value : feature)
        size += std::abs(value / deviation) / count;
    // Of mean 0 and variance 1, as sums of twelve uniform numbers are.
    const RandomStream stream{options.seed, Purpose::preparing};
    std::vector<std::vector<double>> classes;
    for (std::size_t i = 0; i < feature.size(); ++i) {
        double noise = -6;
        for (std::size_t j = 0; j < 12; ++j)
            noise += stream.uniform(12 * i + j);
        if (labels[i] >= classes.size())
            classes.resize(std::size_t{labels[i]} + 1);
        classes[labels[i]].push_back(feature[i] / deviation + 1e-10 * std::max(1.0, size) * noise);
    }
    std::vector<double> all;
    for (auto& own : classes) {
        std::ranges::sort(own);
        if (own.size() > 1)
            all.insert(all.end(), own.begin(), own.end());
    }
    if (all.empty())
        return 0;
    std::ranges::sort(all);
    const auto used = static_cast<double>(all.size());
    double sum = 0;
    for (const auto& own : classes) {
        if (own.size() < 2)
            continue;
        const std::size_t neighbours = std::min(options.neighbours, own.size() - 1);
        for (std::size_t i = 0; i < own.size(); ++i) {
            // As many of all as lie nearer than the neighbour, and itself.
            const double radius = std::nextafter(detail::neighbour_distance(own, i, neighbours), 0.0);
            const auto first = std::ranges::partition_point(
                all, [&](double value) { return value < own[i] && own[i] - value > radius; });
            const auto last = std::ranges::partition_point(
                all, [&](double value) { return value <= own[i] || value - own[i] <= radius; });
            sum += detail::digamma(static_cast<double>(neighbours)) -
                   detail::digamma(static_cast<double>(own.size())) -
                   detail::digamma(static_cast<double>(last - first));
        }
    }
    return std::max(0.0, detail::digamma(used) + sum / used);
}

} // namespace burin::data
