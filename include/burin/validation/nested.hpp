#pragma once

#include "burin/data/dataset.hpp"
#include "burin/initializers/default.hpp"
#include "burin/parallel/pool.hpp"
#include "burin/validation/cross_validate.hpp"
#include "burin/validation/folds.hpp"
#include "burin/validation/scores.hpp"

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace burin::validation {

/// By what one of several candidates is chosen.
struct ChooseBy {
    std::string score = "loss";
    bool highest = false; ///< Whether the highest mean is the best, as of `accuracy`; else the lowest.
};

struct NestedScores {
    Scores scores;                   ///< Of the chosen candidate of each outer fold, on what that holds out.
    std::vector<std::size_t> chosen; ///< Its number.
};

/// Cross-validation of a choice: within what an outer fold trains on, each candidate is cross-validated by
/// the inner splitter; the best of their means is trained on all of it, and tested on what the outer fold
/// holds out, which no choice has seen. Of equal ones the first is chosen; a mean that is NaN is never.
///
///     std::vector candidates{Fit{.optimizer = optimizers::Adam{.learning_rate = 1e-3}},
///                            Fit{.optimizer = optimizers::Adam{.learning_rate = 1e-2}}};
///     const auto nested = validation::nested_cross_validate<Net>(data, validation::KFold{.folds = 5},
///         validation::KFold{.folds = 3}, candidates, {.score = "accuracy", .highest = true});
///
/// All of it runs on all cores. Throws Error without candidates, and as `cross_validate` does.
template <class Net, class Scalar = float, class Target, class Value, class Outer, class Inner, class Options,
          class Initializer = initializers::Default>
NestedScores nested_cross_validate(const data::Dataset<Target, Value>& data, const Outer& outer,
                                   const Inner& inner, const std::vector<Options>& candidates,
                                   const ChooseBy& by = {}, const Initializer& initializer = {}) {
    constexpr const char* who = "nested_cross_validate";
    if (candidates.empty())
        detail::refuse(who, "at least one candidate", "none");
    const Folds folds = folds_of(outer, data);
    struct Chosen {
        FoldResult result;
        std::size_t candidate;
    };
    auto results = parallel::map(folds.size(), [&](std::size_t i) {
        return detail::in_fold(who, i, [&] {
            const auto train = data.subset(folds[i].train);
            const std::vector<double> means = parallel::map(candidates.size(), [&](std::size_t candidate) {
                return cross_validate<Net, Scalar>(train, inner, candidates[candidate], initializer)
                    .mean(by.score);
            });
            std::size_t best = 0;
            for (std::size_t k = 1; k < means.size(); ++k)
                if (std::isnan(means[best]) || (by.highest ? means[k] > means[best] : means[k] < means[best]))
                    best = k;
            return Chosen{detail::train_and_test<Net, Scalar>(data, folds[i], candidates[best], initializer),
                          best};
        });
    });
    NestedScores nested;
    std::vector<FoldResult> tested;
    for (Chosen& each : results) {
        tested.push_back(std::move(each.result));
        nested.chosen.push_back(each.candidate);
    }
    nested.scores = Scores(std::move(tested));
    return nested;
}

} // namespace burin::validation
