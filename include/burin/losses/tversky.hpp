#pragma once

#include "burin/losses/overlap.hpp"

#include <cstddef>

namespace burin::losses {

/// 1 − (TP + s) / (TP + α FP + β FN + s) with TP = Σ p t, FP = Σ p (1 − t) and FN = Σ (1 − p) t: `BinaryDice`
/// where what is missed may cost more (β > α) or less than what is too much. α = β = ½ is Dice (of twice the
/// smoothing), α = β = 1 Jaccard. Salehi et al., "Tversky loss function for image segmentation",
/// arXiv:1706.05721.
struct BinaryTversky {
    double alpha = 0.5;
    double beta = 0.5;
    double smooth = 1e-5;
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::sigmoid;
    static constexpr bool is_overlap = true;

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        return detail::mask_overlap<Output, WithGradient>(detail::Tversky{alpha, beta, smooth}, reduction,
                                                          outputs, targets, sample_weights, gradient, rows);
    }
};

/// The same of classes, as `SparseCategoricalDice`.
struct SparseCategoricalTversky {
    double alpha = 0.5;
    double beta = 0.5;
    double smooth = 1e-5;
    IgnoredLabel ignore_index{};
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::softmax;
    static constexpr bool is_overlap = true;
    template <class>
    using Target = Label;
    static constexpr std::size_t target_size(const Shape& output) { return detail::position_count(output); }
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Label* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        return detail::label_overlap<Output, WithGradient>(detail::Tversky{alpha, beta, smooth}, ignore_index,
                                                           reduction, outputs, targets, sample_weights,
                                                           gradient, rows);
    }
};

} // namespace burin::losses
