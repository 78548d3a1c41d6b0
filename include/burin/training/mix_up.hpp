#pragma once

#include "burin/core/random.hpp"
#include "burin/training/mixing.hpp"

#include <cstddef>

namespace burin {

/// Trains on mixtures: of each pair of samples of a batch, inputs and targets alike become λ · one + (1 − λ)
/// · the other, with one λ for each batch from Beta(alpha, alpha). Weights of samples are mixed too.
///
///     fit(model, data::one_hot(train, 10),
///         Fit{.loss = losses::CategoricalCrossentropy{}, .augment = MixUp{.alpha = 0.2}});
///
/// Labels can't be mixed: the loss is one that takes distributions (or numbers). What training measures is of
/// mixtures, and says less than what is measured on validation data. What is drawn is a function of seed and
/// step. Zhang, Cisse, Dauphin and Lopez-Paz, arXiv:1710.09412 (alpha 0.1 to 0.4 for ImageNet).
struct MixUp {
    double alpha = 0.2; ///< 0: nothing is mixed.

    /// What can't be mixed is refused when compiling.
    template <class Batch>
    using Examined = detail::MixedTargets<"MixUp", Batch>;

    template <class Batch>
    void operator()(Batch& batch, const RandomStream& stream) const {
        if constexpr (Examined<Batch>::problem.empty()) {
            detail::Draws draws(stream);
            const double share = detail::beta_number(alpha, draws);
            for (const auto& input : batch.inputs)
                detail::for_each_pair(batch.rows, [&](std::size_t row, std::size_t partner) {
                    detail::mix(detail::row_of(input, batch.rows, row),
                                detail::row_of(input, batch.rows, partner), share);
                });
            detail::mix_targets(batch, share);
        }
    }
};

} // namespace burin
