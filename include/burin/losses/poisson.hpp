#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>

namespace burin::losses {

/// The negative log-likelihood of counts t ≥ 0 under a Poisson distribution, without what depends on t alone:
/// e^y − t · y of outputs y that are the logarithm of the rate; or, without `log_input`,
/// y − t · log(y + epsilon) of outputs that are the rate itself and may not be negative. Averaged over all
/// elements. With `full`, Stirling's approximation of log t!, t · log t − t + ½ log(2π t), is added for t
/// > 1. PyTorch's PoissonNLLLoss. (Keras's Poisson takes the rate: `log_input = false`.)
struct Poisson {
    bool log_input = true;
    bool full = false;
    double epsilon = 1e-8; ///< Keeps the logarithm of a rate of 0 finite.
    Reduction reduction = Reduction::mean;

    static constexpr Answer answer = Answer::other;

    /// What is expected: the rate.
    template <Shape Output, class Scalar>
    double estimate(const Scalar* outputs, std::size_t target) const noexcept {
        const auto output = static_cast<double>(outputs[target]);
        return log_input ? kernels::first_lane<double>(kernels::exp(kernels::broadcast(output))) : output;
    }

    template <Shape Output, class Scalar>
    auto formula() const noexcept {
        return Formula<Scalar>{log_input, full, kernels::broadcast(static_cast<Scalar>(epsilon))};
    }

  private:
    template <class Scalar>
    struct Formula {
        using Vector = kernels::Vector<Scalar>;
        bool log_input, full;
        Vector epsilon;

        Vector value(const Vector& output, const Vector& target) const noexcept {
            const Vector logarithm = log_input ? output : kernels::log(output + epsilon);
            const Vector rate = log_input ? kernels::exp(output) : output;
            const Vector zero(Scalar(0)), one(Scalar(1)), half(Scalar(0.5));
            // A rate of 0, whose logarithm is −∞, is right for a count of 0.
            const Vector loss = rate - kernels::select(target == zero, zero, target * logarithm);
            if (!full)
                return loss;
            const Vector log_2_pi(Scalar(1.83787706640934548356));
            const Vector log_target = kernels::log(kernels::at_least(target, one));
            const Vector stirling = target * log_target - target + half * (log_2_pi + log_target);
            return loss + kernels::select(target <= one, zero, stirling);
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            if (log_input)
                return kernels::exp(output) - target;
            return Vector(Scalar(1)) - target / (output + epsilon);
        }
    };
};

} // namespace burin::losses
