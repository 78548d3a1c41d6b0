#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::explain {

/// What a score loses when the values of a feature are mixed among the samples.
struct Importance {
    std::vector<double> each; ///< One number for each time that they were mixed.

    double mean() const {
        return std::accumulate(each.begin(), each.end(), 0.0) / static_cast<double>(each.size());
    }
    /// The standard deviation, divided by their number as in scikit-learn.
    double deviation() const {
        double sum = 0;
        const double middle = mean();
        for (const double loss : each)
            sum += (loss - middle) * (loss - middle);
        return std::sqrt(sum / static_cast<double>(each.size()));
    }
};

struct PermutationImportance {
    std::size_t repeats = 5;
    std::uint64_t seed = 0;
    /// Features that are mixed together, each group as one: the columns of a category, the pixels of a patch.
    /// Empty: each element of a sample is a feature by itself.
    std::vector<std::vector<std::size_t>> groups{};
};

/// How much a model needs each feature: the score on the data, less that on data in which the feature's
/// values have changed places among the samples. A feature that the model does not use has importance 0; of
/// two that say the same each may seem to be of little use. Breiman, "Random Forests", Machine Learning 45
/// (2001).
///
///     const auto score = [&](std::span<const float> outputs) {
///         return r_squared(outputs, test);      // the larger the better
///     };
///     const auto importances = explain::permutation_importance(model, test, score);
///
/// `score` gets the outputs of all samples, in their order. Orders are a function of seed, group and
/// repetition. Throws Error if the data do not fit the network, there are fewer than two samples, or a group
/// names a feature that there is not.
template <class Net, class Scalar, class Data, class Score>
    requires std::is_invocable_r_v<double, const Score&, std::span<const Scalar>>
std::vector<Importance> permutation_importance(const Model<Net, Scalar>& model, const Data& data,
                                               const Score& score,
                                               const PermutationImportance& options = {}) {
    return core::within_memory("permutation_importance", [&] {
        static_assert(engine::Network<Net>::output_count == 1,
                      "permutation_importance takes a network of one output");
        const std::vector<Scalar> inputs = burin::detail::inputs_of<Net, Scalar>(data);
        const std::size_t rows = data.size(), features = data.input_shape().size();
        if (rows < 2 || options.repeats == 0)
            throw Error("permutation_importance: expected at least two samples and one repetition, got " +
                        std::to_string(rows) + " and " + std::to_string(options.repeats));
        auto groups = options.groups;
        if (groups.empty())
            for (std::size_t feature = 0; feature < features; ++feature)
                groups.push_back({feature});
        for (const auto& group : groups)
            for (const std::size_t feature : group)
                if (feature >= features)
                    throw Error("permutation_importance: expected features below " +
                                std::to_string(features) + ", got " + std::to_string(feature));

        const auto score_of = [&](const std::vector<Scalar>& values) {
            const std::vector<Scalar> outputs = predict(model, std::span<const Scalar>(values));
            return static_cast<double>(score(std::span<const Scalar>(outputs)));
        };
        const double whole = score_of(inputs);
        std::vector<Importance> importances(groups.size());
        std::vector<std::size_t> order(rows);
        std::vector<Scalar> mixed = inputs;
        for (std::size_t index = 0; index < groups.size(); ++index) {
            for (std::size_t repeat = 0; repeat < options.repeats; ++repeat) {
                std::iota(order.begin(), order.end(), std::size_t{0});
                shuffle(order, RandomStream{options.seed, Purpose::explaining,
                                            static_cast<std::uint32_t>(index * options.repeats + repeat)});
                for (const std::size_t feature : groups[index])
                    for (std::size_t row = 0; row < rows; ++row)
                        mixed[row * features + feature] = inputs[order[row] * features + feature];
                importances[index].each.push_back(whole - score_of(mixed));
            }
            for (const std::size_t feature : groups[index])
                for (std::size_t row = 0; row < rows; ++row)
                    mixed[row * features + feature] = inputs[row * features + feature];
        }
        return importances;
    });
}

/// The same with the usual score: for labels the share of samples whose class is the largest output (or, of a
/// single output, that is above 0, or 0.5 where it is a probability), for numbers the mean squared error with
/// a minus.
template <class Net, class Scalar, class Data>
std::vector<Importance> permutation_importance(const Model<Net, Scalar>& model, const Data& data,
                                               const PermutationImportance& options = {}) {
    constexpr std::size_t size = output_shape<Net>.size();
    constexpr bool tells_probabilities = burin::detail::known_values<Net, 0> == core::Values::probabilities;
    [[maybe_unused]] constexpr Scalar threshold = tells_probabilities ? Scalar(0.5) : Scalar(0);
    const auto score = [&](std::span<const Scalar> outputs) {
        double sum = 0, weights = 0;
        for (std::size_t row = 0; row < data.size(); ++row) {
            const std::span<const Scalar> own = outputs.subspan(row * size, size);
            const auto target = data.target(row);
            const auto weight = static_cast<double>(data.weight(row));
            double good = 0;
            if constexpr (std::is_same_v<typename Data::TargetType, Label>) {
                const auto chosen =
                    size == 1 ? static_cast<std::size_t>(own[0] > threshold)
                              : static_cast<std::size_t>(std::ranges::max_element(own) - own.begin());
                good = chosen == target[0] ? 1 : 0;
            } else {
                for (std::size_t i = 0; i < size; ++i)
                    good -= std::pow(static_cast<double>(own[i]) - static_cast<double>(target[i]), 2) /
                            static_cast<double>(size);
            }
            sum += weight * good;
            weights += weight;
        }
        return sum / weights;
    };
    return permutation_importance(model, data, score, options);
}

} // namespace burin::explain
