#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

namespace burin::losses {

/// a · (1 − p)^γ · cross-entropy of logits z and targets t in [0, 1], averaged over all elements, where p is
/// the probability that the network gives to the right answer and a is α for positives, 1 − α for negatives:
/// what is right already counts for little. Lin et al., "Focal Loss for Dense Object Detection",
/// arXiv:1708.02002; torchvision's sigmoid_focal_loss. Keras's BinaryFocalCrossentropy has no α unless asked:
/// `alpha = -1`.
///
/// Of targets between 0 and 1, 1 − p is t (1 − σ(z)) + (1 − t) σ(z), and a so between α and 1 − α.
/// With label smoothing ε the target is (1 − ε) · t + ε/2.
struct BinaryFocalCrossentropy {
    double alpha = 0.25; ///< Between 0 and 1; if negative, a is 1.
    double gamma = 2;    ///< At least 0, which is the plain cross-entropy.
    double label_smoothing = 0;
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::sigmoid;

    constexpr Sentence reject_options(const Shape&) const {
        return detail::unless(gamma >= 0, "gamma", "at least 0", gamma);
    }

    template <Shape Output, class Scalar>
    auto formula() const noexcept {
        const auto constant = [](double value) { return kernels::broadcast(static_cast<Scalar>(value)); };
        const bool balances = alpha >= 0;
        return Formula<Scalar>{constant(balances ? alpha : 1.0), constant(balances ? 1 - alpha : 1.0),
                               constant(gamma), constant(1 - label_smoothing), constant(label_smoothing / 2)};
    }

  private:
    template <class Scalar>
    struct Formula {
        using Vector = kernels::Vector<Scalar>;
        Vector positive, negative, gamma, share, everywhere;

        /// What value and gradient are made of.
        struct Terms {
            Vector target, other, up, down, miss, factor, crossentropy;

            Terms(const Formula& formula, const Vector& z, const Vector& given) noexcept {
                const Vector zero(Scalar(0)), one(Scalar(1));
                target = kernels::fma(given, formula.share, formula.everywhere);
                other = one - target;
                up = kernels::sigmoid(z);
                down = kernels::sigmoid(-z);
                miss = target * down + other * up;
                crossentropy = kernels::at_least(z, zero) * other + kernels::at_least(-z, zero) * target +
                               kernels::softplus(-kernels::abs(z));
                // A miss of 0 to the power of γ: 0, but 1 if γ is 0.
                const Vector log_miss = kernels::at_least(kernels::log(miss), Vector(Scalar(-1e30)));
                factor = (target * formula.positive + other * formula.negative) *
                         kernels::exp(formula.gamma * log_miss);
            }
        };

        Vector value(const Vector& output, const Vector& target) const noexcept {
            const Terms terms(*this, output, target);
            return terms.factor * terms.crossentropy;
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            const Terms terms(*this, output, target);
            const Vector zero(Scalar(0));
            // The derivative of log(1 − p): where that is −∞, the factor is 0 or γ is.
            const Vector slope = (terms.other - terms.target) * (terms.up * terms.down / terms.miss);
            const Vector finite = kernels::select(terms.miss == zero, zero, slope);
            return terms.factor *
                   (gamma * finite * terms.crossentropy + terms.other * terms.up - terms.target * terms.down);
        }
    };
};

} // namespace burin::losses
