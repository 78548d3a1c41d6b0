#pragma once

#include "burin/core/label.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/loss.hpp"

#include <cmath>
#include <cstddef>
#include <span>

namespace burin::losses {

/// −Σ_c t_c · log softmax(z)_c of logits z and a distribution t (one-hot or any other) a position.
///
/// With label smoothing ε over C classes the target is (1 − ε) · t + ε/C. Class weights multiply each class's
/// term; as in PyTorch the mean of losses with distributions as targets is not divided by them.
struct CategoricalCrossentropy {
    double label_smoothing = 0;
    std::span<const double> class_weights{}; ///< One a class, or none; must outlive the loss.
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::softmax;
    template <class Scalar>
    using Target = Scalar;
    static constexpr std::size_t target_size(const Shape& output) { return output.size(); }
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
        const CategoricalCrossentropy& loss;
        const Scalar* targets;

        static Scalar weight(std::size_t) noexcept { return 1; }
        void fill(std::size_t index, Scalar* q) const noexcept {
            const Scalar* const target = targets + index * classes;
            const auto everywhere = static_cast<Scalar>(loss.label_smoothing / static_cast<double>(classes));
            const auto share = static_cast<Scalar>(1 - loss.label_smoothing);
            for (std::size_t c = 0; c < classes; ++c)
                q[c] = share * target[c] + everywhere;
            if (!loss.class_weights.empty())
                for (std::size_t c = 0; c < classes; ++c)
                    q[c] *= static_cast<Scalar>(loss.class_weights[c]);
        }
        static Scalar constant(const Scalar*) noexcept { return 0; }
    };
};

} // namespace burin::losses
