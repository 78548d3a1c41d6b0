#pragma once

#include "burin/core/label.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/loss.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

namespace burin::losses {

/// −log softmax(z)_label of logits z: one label a position.
///
/// With label smoothing ε over C classes the target is (1 − ε) at the label plus ε/C everywhere (Szegedy et
/// al., arXiv:1512.00567). Class weights w multiply each class's term; as in PyTorch the mean then divides by
/// the sum of the labels' weights. Positions whose label is `ignore_index` do not count at all: they add
/// nothing to the loss, to what the mean divides by, or to the gradient. Any other label must be less than C:
/// `fit` and `evaluate` check that, BURIN_ASSERT does, and else its position's loss and gradient are NaN. So
/// with class weights, of which there must be C.
struct SparseCategoricalCrossentropy {
    double label_smoothing = 0;
    std::span<const double> class_weights{}; ///< One a class, or none; must outlive the loss.
    IgnoredLabel ignore_index{};             ///< Such as that of padding; if none is given, all count.
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::softmax;
    template <class Scalar>
    using Target = Label;
    static constexpr std::size_t target_size(const Shape& output) { return detail::position_count(output); }
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Target<Scalar>* targets,
                            const Scalar* sample_weights, Scalar* gradient, std::size_t rows) const noexcept {
        constexpr std::size_t classes = detail::class_count(Output);
        const detail::LabelTargets<classes, Scalar> exact{targets, class_weights, ignore_index};
        if (label_smoothing == 0)
            return detail::crossentropy<Output, WithGradient>(exact, reduction, outputs, sample_weights,
                                                              gradient, rows);
        const detail::DistributionTargets<classes, Scalar, Smoothed<classes, Scalar>> smoothed{
            {exact, label_smoothing}};
        return detail::crossentropy<Output, WithGradient>(smoothed, reduction, outputs, sample_weights,
                                                          gradient, rows);
    }

  private:
    template <std::size_t Classes, class Scalar>
    struct Smoothed {
        static constexpr bool with_entropy = false;
        detail::LabelTargets<Classes, Scalar> exact;
        double smoothing;

        bool weighs_rows() const noexcept { return exact.weighs_rows(); }
        Scalar row_weight(std::size_t row) const noexcept { return exact.row_weight(row); }
        bool ignores(std::size_t row) const noexcept { return exact.ignores(row); }
        const Scalar* distributions(std::size_t row, std::size_t count, Scalar* buffer) const noexcept {
            const double everywhere = smoothing / static_cast<double>(Classes);
            for (std::size_t r = 0; r < count; ++r) {
                Scalar* const q = buffer + r * Classes;
                if (exact.ignores(row + r)) {
                    std::fill_n(q, Classes, Scalar(0));
                    continue;
                }
                for (std::size_t c = 0; c < Classes; ++c)
                    q[c] = static_cast<Scalar>(everywhere * detail::class_weight(exact.class_weights, c));
                const Label label = exact.labels[row + r];
                if (detail::is_class<Classes>(label))
                    q[label] += static_cast<Scalar>((1 - smoothing) *
                                                    detail::class_weight(exact.class_weights, label));
                else
                    std::fill_n(q, Classes, std::numeric_limits<Scalar>::quiet_NaN());
            }
            return buffer;
        }
    };
};

} // namespace burin::losses
