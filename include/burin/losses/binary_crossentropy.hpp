#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/losses/class_weight.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>
#include <span>

namespace burin::losses {

/// −w · t · log σ(z) − (1 − t) · log(1 − σ(z)) of logits z and targets t in [0, 1], averaged over all
/// elements; computed from log(1 + e^−|z|), which neither overflows nor loses the small losses.
///
/// `pos_weight` w is PyTorch's: above 1 it makes a missed positive count for more, as where positives are
/// rare (negatives / positives is the usual choice). Several outputs may have one each, by `pos_weights`.
/// With label smoothing ε the target is (1 − ε) · t + ε/2, as in Keras.
struct BinaryCrossentropy {
    double label_smoothing = 0;
    double pos_weight = 1;                 ///< Of every output, unless there are `pos_weights`.
    std::span<const double> pos_weights{}; ///< One for each of the last axis, or none; must outlive the loss.
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::sigmoid;

    template <Shape Output, class Scalar>
    auto formula() const noexcept {
        const auto constant = [](double value) { return kernels::broadcast(static_cast<Scalar>(value)); };
        return Formula<Output.last(), Scalar>{constant(1 - label_smoothing), constant(label_smoothing / 2),
                                              constant(pos_weight), pos_weights};
    }

  private:
    template <std::size_t Outputs, class Scalar>
    struct Formula {
        using Vector = kernels::Vector<Scalar>;
        Vector share, everywhere, pos_weight;
        std::span<const double> pos_weights;

        Formula at(std::size_t element) const noexcept {
            if (pos_weights.empty())
                return *this;
            constexpr std::size_t lanes = kernels::width<Scalar>;
            Scalar weights[lanes];
            for (std::size_t lane = 0; lane < lanes; ++lane)
                weights[lane] =
                    static_cast<Scalar>(detail::class_weight(pos_weights, (element + lane) % Outputs));
            return {share, everywhere, kernels::load(weights), pos_weights};
        }
        Vector value(const Vector& output, const Vector& target) const noexcept {
            const Vector zero(Scalar(0)), one(Scalar(1));
            const Vector t = kernels::fma(target, share, everywhere);
            const Vector positive = t * pos_weight, negative = one - t;
            // log(1 + e^z) and log(1 + e^−z) without the part that both have.
            const Vector of_negative = kernels::at_least(output, zero);
            const Vector of_positive = kernels::at_least(-output, zero);
            return of_negative * negative + of_positive * positive +
                   kernels::softplus(-kernels::abs(output)) * (negative + positive);
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            const Vector one(Scalar(1));
            const Vector t = kernels::fma(target, share, everywhere);
            const Vector positive = t * pos_weight;
            return kernels::sigmoid(output) * (one - t + positive) - positive;
        }
    };
};

} // namespace burin::losses
