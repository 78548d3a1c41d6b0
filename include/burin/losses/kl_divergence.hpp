#pragma once

#include "burin/core/label.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>
#include <span>

namespace burin::losses {

/// Σ_c t_c · (log t_c − log softmax(z)_c): how far the distribution softmax(z) of logits z is from t, in
/// nats. Terms with t_c = 0 are 0. The mean is over positions (PyTorch's `KLDivLoss(reduction="batchmean")`
/// of `log_softmax(z)`).
struct KLDivergence {
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::softmax;
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        constexpr std::size_t classes = detail::class_count(Output);
        const detail::DistributionTargets<classes, Scalar, Distributions<classes, Scalar>> distributions{
            {targets}};
        return detail::crossentropy<Output, WithGradient>(distributions, reduction, outputs, sample_weights,
                                                          gradient, rows);
    }

  private:
    template <std::size_t Classes, class Scalar>
    struct Distributions {
        static constexpr bool with_entropy = true;
        const Scalar* targets;

        static bool weighs_rows() noexcept { return false; }
        static Scalar row_weight(std::size_t) noexcept { return 1; }
        static bool ignores(std::size_t) noexcept { return false; }
        const Scalar* distributions(std::size_t row, std::size_t, Scalar*) const noexcept {
            return targets + row * Classes;
        }
    };
};

} // namespace burin::losses
