#pragma once

#include "burin/core/label.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/loss.hpp"

#include <cmath>
#include <cstddef>
#include <span>

namespace burin::losses {

/// −log softmax(z)_label of logits z: one label a position.
///
/// With label smoothing ε over C classes the target is (1 − ε) at the label plus ε/C everywhere (Szegedy et
/// al., arXiv:1512.00567). Class weights w multiply each class's term; as in PyTorch the mean then divides by
/// the sum of the labels' weights. A label must be less than C; `fit` and `evaluate` check that.
struct SparseCategoricalCrossentropy {
    double label_smoothing = 0;
    std::span<const double> class_weights{}; ///< One a class, or none; must outlive the loss.
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::softmax;
    template <class Scalar>
    using Target = Label;
    static constexpr std::size_t target_size(const Shape& output) { return detail::position_count(output); }
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Target<Scalar>* targets,
                            const Scalar* sample_weights, Scalar* gradient, std::size_t rows) const noexcept {
        return detail::crossentropy<Output, WithGradient, Scalar>(
            Rule<Output, Scalar>{*this, targets}, reduction, outputs, sample_weights, gradient, rows);
    }

  private:
    template <Shape Output, class Scalar>
    struct Rule {
        static constexpr std::size_t classes = detail::class_count(Output);
        const SparseCategoricalCrossentropy& loss;
        const Label* labels;

        Scalar weight(std::size_t index) const noexcept {
            return static_cast<Scalar>(detail::class_weight(loss.class_weights, labels[index]));
        }
        void fill(std::size_t index, Scalar* q) const noexcept {
            const double everywhere = loss.label_smoothing / static_cast<double>(classes);
            for (std::size_t c = 0; c < classes; ++c)
                q[c] = static_cast<Scalar>(everywhere * detail::class_weight(loss.class_weights, c));
            const Label label = labels[index];
            q[label] += static_cast<Scalar>((1 - loss.label_smoothing) *
                                            detail::class_weight(loss.class_weights, label));
        }
        static Scalar constant(const Scalar*) noexcept { return 0; }
    };
};

} // namespace burin::losses
