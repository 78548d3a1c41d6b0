#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/adam_rule.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/root_step.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

namespace detail {

/// Moments, of which a step takes the mean and the gradient itself, each with a rate of its own.
template <class Scalar>
class MomentsAhead : public Moments<Scalar, true> {
    using Vector = kernels::Vector<Scalar>;

  public:
    MomentsAhead(const Moments<Scalar, true>& moments, double gradient_rate, double mean_rate) noexcept
        : Moments<Scalar, true>(moments), gradient_rate_(static_cast<Scalar>(gradient_rate)),
          mean_rate_(static_cast<Scalar>(mean_rate)) {}

    [[gnu::always_inline]] Vector direction(const Vector& gradient,
                                            const std::array<Vector, 2>& moments) const noexcept {
        return kernels::fma(gradient_rate_, gradient, mean_rate_ * moments[0]);
    }

  private:
    Vector gradient_rate_, mean_rate_;
};

/// Π (1 − ½ qⁱ) for i = 1 … n with q = e^log_q ≤ 1. Of the logarithm's series the sums over i are geometric:
/// −Σₖ ½ᵏ/k · qᵏ (1 − qⁿᵏ) / (1 − qᵏ), of which 60 terms are enough.
inline double product_of_warm_up(double log_q, double n) noexcept {
    // 1 − qᵏ grows by positive terms: nothing cancels where q is almost 1.
    const double missing = -std::expm1(log_q), missing_n = -std::expm1(n * log_q);
    double q_k = 1 - missing, missing_k = missing, q_nk = 1 - missing_n, missing_nk = missing_n;
    double sum = 0, weight = 0.5;
    for (int k = 1; k <= 60; ++k) {
        sum += weight / k * (missing_k > 0 ? q_k * (missing_nk / missing_k) : n);
        weight /= 2;
        missing_k += q_k * missing;
        missing_nk += q_nk * missing_n;
        q_k *= 1 - missing;
        q_nk *= 1 - missing_n;
    }
    return std::exp(-sum);
}

} // namespace detail

/// Adam that looks ahead, as Nesterov's momentum does: with μₜ = β₁ (1 − ½ · 0.96^(t · momentum_decay)) and
/// the moments of Adam,
///
///     p ← p − learning_rate · ((1 − μₜ) / (1 − Π μ) · g + μₜ₊₁ / (1 − Π μ · μₜ₊₁) · m) / (√v̂ + epsilon)
///
/// where Π μ is the product of μ₁ … μₜ. It is computed from the step, so that there is nothing more to
/// remember. Dozat, "Incorporating Nesterov momentum into Adam", 2016. The defaults are PyTorch's.
struct NAdam {
    double learning_rate = 2e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double momentum_decay = 4e-3;        ///< How soon the momentum grows from β₁ / 2 to β₁; 0: never.
    double weight_decay = 0;             ///< L2: weight_decay · parameter is added to the gradient.
    bool decoupled_weight_decay = false; ///< As AdamW's instead: p ← (1 − learning_rate · weight_decay) · p.
    double clip_value = 0;               ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0; ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 2;

    template <class Scalar>
    auto rule(std::uint64_t step) const noexcept {
        const double log_q = std::log(0.96) * momentum_decay, t = static_cast<double>(step);
        const double mu = beta1 * (1 - 0.5 * std::exp(t * log_q));
        const double next_mu = beta1 * (1 - 0.5 * std::exp((t + 1) * log_q));
        const double largest_product = detail::power(beta1, step);
        // What is so small does not show beside 1.
        const double product =
            largest_product < 1e-18 ? 0 : largest_product * detail::product_of_warm_up(log_q, t);
        const double root_correction2 = std::sqrt(1 - detail::power(beta2, step));
        const double rate = learning_rate * root_correction2;
        const double shrink = detail::decoupled_shrink(*this);
        // The rates are in the direction, which then is no larger than the gradient.
        return detail::RootRule<Scalar, 2, detail::MomentsAhead<Scalar>>(
            {{beta1, beta2, shrink},
             rate * (1 - mu) / (1 - product),
             rate * next_mu / (1 - product * next_mu)},
            {1, epsilon * root_correction2});
    }
};

} // namespace burin::optimizers
