#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/root_step.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers::detail {

/// What Adam and its kin remember: the moments of the gradient and, of three states, the largest second one.
/// With `Decoupled` decay the parameters are first multiplied by `shrink`.
template <class Scalar, bool Decoupled, std::size_t States = 2>
class Moments {
    using Vector = kernels::Vector<Scalar>;
    using State = std::array<Vector, States>;

  public:
    Moments(double beta1, double beta2, double shrink) noexcept
        : keep1_(static_cast<Scalar>(beta1)), take1_(static_cast<Scalar>(1 - beta1)),
          keep2_(static_cast<Scalar>(beta2)), take2_(static_cast<Scalar>(1 - beta2)),
          shrink_(static_cast<Scalar>(shrink)) {}

    [[gnu::always_inline]] Vector square(const Vector& gradient, State& moments) const noexcept {
        moments[0] = kernels::fma(keep1_, moments[0], take1_ * gradient);
        // Not v + (1 − β)·(g² − v), which is no number once v is infinite.
        moments[1] = kernels::fma(take2_ * gradient, gradient, keep2_ * moments[1]);
        if constexpr (States == 3)
            return moments[2] = kernels::max_or_nan(moments[1], moments[2]);
        else
            return moments[1];
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

/// The rule of Adam, AdamW and AMSGrad. The corrections of the moments' bias are folded into the rate and
/// epsilon: rate · m̂ / (√v̂ + ε) = (rate · √c₂ / c₁) · m / (√v + ε · √c₂) with cᵢ = 1 − βᵢ^step.
template <class Scalar, class Optimizer>
auto adam_rule(const Optimizer& options, std::uint64_t step) noexcept {
    constexpr std::size_t states = Optimizer::state_vectors;
    constexpr bool may_decouple = requires { options.decoupled_weight_decay; };
    const double correction1 = 1 - power(options.beta1, step);
    const double root_correction2 = std::sqrt(1 - power(options.beta2, step));
    return RootRule<Scalar, states, Moments<Scalar, may_decouple, states>>(
        {options.beta1, options.beta2, decoupled_shrink(options)},
        {options.learning_rate * root_correction2 / correction1, options.epsilon * root_correction2});
}

} // namespace burin::optimizers::detail
