#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/root_step.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers::detail {

/// What Adam and AdamW remember: the moments of the gradient. With `Decoupled` decay the parameters are first
/// multiplied by `shrink`.
template <class Scalar, bool Decoupled>
class Moments {
    using Vector = kernels::Vector<Scalar>;
    using State = std::array<Vector, 2>;

  public:
    Moments(double beta1, double beta2, double shrink) noexcept
        : keep1_(static_cast<Scalar>(beta1)), take1_(static_cast<Scalar>(1 - beta1)),
          keep2_(static_cast<Scalar>(beta2)), take2_(static_cast<Scalar>(1 - beta2)),
          shrink_(static_cast<Scalar>(shrink)) {}

    [[gnu::always_inline]] Vector square(const Vector& gradient, State& moments) const noexcept {
        auto& [mean, square] = moments;
        mean = kernels::fma(keep1_, mean, take1_ * gradient);
        // Not v + (1 − β)·(g² − v), which is no number once v is infinite.
        return square = kernels::fma(take2_ * gradient, gradient, keep2_ * square);
    }
    [[gnu::always_inline]] Vector direction(const Vector&, const State& moments) const noexcept {
        return moments[0];
    }
    [[gnu::always_inline]] Vector decayed(const Vector& parameter) const noexcept {
        if constexpr (Decoupled)
            return shrink_ * parameter;
        else
            return parameter;
    }

  private:
    Vector keep1_, take1_, keep2_, take2_, shrink_;
};

/// The rule of Adam and AdamW. The corrections of the moments' bias are folded into the rate and epsilon:
/// rate · m̂ / (√v̂ + ε) = (rate · √c₂ / c₁) · m / (√v + ε · √c₂) with cᵢ = 1 − βᵢ^step.
template <class Scalar, bool Decoupled, class Optimizer>
auto adam_rule(const Optimizer& options, double shrink, std::uint64_t step) noexcept {
    const double correction1 = 1 - power(options.beta1, step);
    const double root_correction2 = std::sqrt(1 - power(options.beta2, step));
    return RootRule<Scalar, 2, Moments<Scalar, Decoupled>>(
        {options.beta1, options.beta2, shrink},
        {options.learning_rate * root_correction2 / correction1, options.epsilon * root_correction2});
}

} // namespace burin::optimizers::detail
