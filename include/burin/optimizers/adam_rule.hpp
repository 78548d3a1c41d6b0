#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/root_step.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers::detail {

/// The rule of Adam and AdamW. The corrections of the moments' bias are folded into the rate and epsilon:
/// rate · m̂ / (√v̂ + ε) = (rate · √c₂ / c₁) · m / (√v + ε · √c₂) with cᵢ = 1 − βᵢ^step.
/// With `Decoupled` decay the parameters are first multiplied by `shrink`.
template <class Scalar, bool Decoupled>
class AdamRule {
    using Vector = kernels::Vector<Scalar>;

  public:
    template <class Optimizer>
    AdamRule(const Optimizer& options, double shrink, std::uint64_t step) noexcept
        : AdamRule(options, shrink, 1 - power(options.beta1, step),
                   std::sqrt(1 - power(options.beta2, step))) {}

    [[gnu::always_inline]] Vector operator()(const Vector& parameter, const Vector& gradient,
                                             std::array<Vector, 2>& moments) const noexcept {
        auto& [mean, square] = moments;
        mean = kernels::fma(keep1_, mean, take1_ * gradient);
        // β·v + (1 − β)·g² with an operation less. It can't become negative.
        square = kernels::fma(take2_, kernels::fms(gradient, gradient, square), square);
        if constexpr (Decoupled)
            return move_(shrink_ * parameter, mean, square);
        else
            return move_(parameter, mean, square);
    }

  private:
    template <class Optimizer>
    AdamRule(const Optimizer& options, double shrink, double correction1, double root_correction2) noexcept
        : keep1_(static_cast<Scalar>(options.beta1)), take1_(static_cast<Scalar>(1 - options.beta1)),
          take2_(static_cast<Scalar>(1 - options.beta2)), shrink_(static_cast<Scalar>(shrink)),
          move_(options.learning_rate * root_correction2 / correction1, options.epsilon * root_correction2) {}

    Vector keep1_, take1_, take2_, shrink_;
    RootStep<Scalar> move_;
};

} // namespace burin::optimizers::detail
