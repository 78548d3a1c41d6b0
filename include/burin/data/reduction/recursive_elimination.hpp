#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/reduction/selection.hpp"

#include <concepts>
#include <cstddef>

namespace burin::data {

/// What tells how much each feature matters: the squared weights of a ridge regression on the target, or of
/// one for each class against the others, as scikit-learn's `Ridge` and `RidgeClassifier`. Scale the features
/// first.
struct RidgeWeights {
    bool classes = true; ///< Whether targets are classes, and not numbers.
    double alpha = 1;
    std::size_t step = 1; ///< Features that are left out at a time.
};

/// A stage that keeps the `Features` features that are left when the one that matters least is left out,
/// again and again, as scikit-learn's `RFE`: unlike `SelectBest` it sees what features say together. Fitted
/// by `fit_recursive_elimination.hpp`, which needs Eigen. With the importances of a network of one's own:
/// `eliminate_recursively`.
///
///     data::Pipeline<Input<64>, data::RecursiveElimination<20>> preparation;
template <std::size_t Features, RidgeWeights Weights = RidgeWeights{}>
struct RecursiveElimination : detail::KeepFeatures<Features> {
    static_assert(Weights.step > 0 && Weights.alpha >= 0,
                  "RecursiveElimination: expected a step, and no alpha below 0");

    static constexpr Text<64> name() {
        return Text<64>("RecursiveElimination<").append(Features).append(">");
    }

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples);
};

} // namespace burin::data
