#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data {

/// What elimination left, and when the others went.
struct Elimination {
    std::vector<std::size_t> kept; ///< Rising.
    std::vector<std::size_t>
        ranking; ///< Of each feature: 1 if it is kept, else the larger the earlier it went.
};

/// Leaves out the features that matter least until `keep` are left, `step` at a time: scikit-learn's `RFE`,
/// around anything that tells how much features matter. `importance(features)` is called for fewer and fewer
/// features, whose numbers rise, and gives a number of each; of equal ones the earlier goes first. With a
/// network it is trained anew on each choice:
///
///     const auto left = data::eliminate_recursively(64, 20, 4, [&](std::span<const std::size_t> features) {
///         const auto chosen = data::with_features(train, features);
///         …                                    // train on it, and explain::permutation_importance
///     });
template <class ImportanceOf>
Elimination eliminate_recursively(std::size_t features, std::size_t keep, std::size_t step,
                                  const ImportanceOf& importance) {
    return core::within_memory("eliminate_recursively", [&] {
        if (keep == 0 || keep > features || step == 0)
            throw Error("eliminate_recursively: expected to keep 1 to " + std::to_string(features) +
                        " features, leaving out one or more at a time, got " + std::to_string(keep) +
                        " and " + std::to_string(step));
        Elimination result;
        result.kept.resize(features);
        std::iota(result.kept.begin(), result.kept.end(), std::size_t{0});
        result.ranking.assign(features, 1);
        while (result.kept.size() > keep) {
            const auto matters = importance(std::span<const std::size_t>(result.kept));
            if (std::size(matters) != result.kept.size())
                throw Error("eliminate_recursively: expected an importance of each of " +
                            std::to_string(result.kept.size()) + " features, got " +
                            std::to_string(std::size(matters)));
            std::vector<std::size_t> order(result.kept.size());
            std::iota(order.begin(), order.end(), std::size_t{0});
            std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
                return matters[a] != matters[b] ? matters[a] < matters[b] : a < b;
            });
            order.resize(std::min(step, result.kept.size() - keep));
            std::ranges::sort(order);
            for (std::size_t i = order.size(); i-- > 0;)
                result.kept.erase(result.kept.begin() + static_cast<std::ptrdiff_t>(order[i]));
            for (std::size_t f = 0; f < features; ++f)
                result.ranking[f] += !std::ranges::binary_search(result.kept, f);
        }
        return result;
    });
}

/// The set with these features alone, in this order, as samples of one axis. Throws Error if there are fewer.
template <class Target, class Scalar>
Dataset<Target, Scalar> with_features(const Dataset<Target, Scalar>& data,
                                      std::span<const std::size_t> features) {
    return core::within_memory("with_features", [&] {
        for (const std::size_t feature : features)
            if (feature >= data.input_shape().size())
                throw Error("with_features: expected features below " +
                            std::to_string(data.input_shape().size()) + ", got " + std::to_string(feature));
        std::vector<Scalar> inputs, weights;
        std::vector<Target> targets;
        inputs.reserve(data.size() * features.size());
        for (std::size_t i = 0; i < data.size(); ++i) {
            for (const std::size_t feature : features)
                inputs.push_back(data.input(i)[feature]);
            targets.insert(targets.end(), data.target(i).begin(), data.target(i).end());
            if (data.has_weights())
                weights.push_back(data.weight(i));
        }
        const Shape shape(features.size());
        if (data.target_size() == 0)
            return Dataset<Target, Scalar>::without_targets(shape, std::move(inputs), std::move(weights));
        return Dataset<Target, Scalar>(shape, std::move(inputs), std::move(targets), std::move(weights));
    });
}

} // namespace burin::data
