#pragma once

#include "burin/core/label.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/loss.hpp"

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
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        constexpr std::size_t classes = detail::class_count(Output);
        const detail::DistributionTargets<classes, Scalar, Distributions<classes, Scalar>> distributions{
            {targets, label_smoothing, class_weights}};
        return detail::crossentropy<Output, WithGradient>(distributions, reduction, outputs, sample_weights,
                                                          gradient, rows);
    }

  private:
    template <std::size_t Classes, class Scalar>
    struct Distributions {
        static constexpr bool with_entropy = false;
        const Scalar* targets;
        double smoothing;
        std::span<const double> class_weights;

        static bool weighs_rows() noexcept { return false; }
        static Scalar row_weight(std::size_t) noexcept { return 1; }
        static bool ignores(std::size_t) noexcept { return false; }
        const Scalar* distributions(std::size_t row, std::size_t count, Scalar* buffer) const noexcept {
            const Scalar* const given = targets + row * Classes;
            if (smoothing == 0 && class_weights.empty())
                return given;
            const auto everywhere = static_cast<Scalar>(smoothing / static_cast<double>(Classes));
            const auto share = static_cast<Scalar>(1 - smoothing);
            for (std::size_t i = 0; i < count * Classes; ++i) {
                const auto weight = static_cast<Scalar>(detail::class_weight(class_weights, i % Classes));
                buffer[i] = weight == Scalar(0) ? weight : (share * given[i] + everywhere) * weight;
            }
            return buffer;
        }
    };
};

} // namespace burin::losses
