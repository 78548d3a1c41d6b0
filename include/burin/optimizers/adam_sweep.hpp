#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers::detail {

/// The pass of Adam and AdamW. The corrections of the moments' bias are folded into the rate and epsilon:
/// rate · m̂ / (√v̂ + ε) = (rate · √c₂ / c₁) · m / (√v + ε · √c₂) with cᵢ = 1 − βᵢ^step.
/// `shrink` multiplies the parameters first (decoupled decay).
template <class Scalar, class Rule>
void adam_sweep(const Rule& rule, const GradientTreatment& treatment, double shrink, Scalar* parameters,
                const Scalar* gradients, Scalar* state, std::size_t count, std::uint64_t step) noexcept {
    using Vector = kernels::Vector<Scalar>;
    const double root = std::sqrt(1 - power(rule.beta2, step));
    const Vector rate(static_cast<Scalar>(rule.learning_rate * root / (1 - power(rule.beta1, step))));
    const Vector small(static_cast<Scalar>(rule.epsilon * root));
    const Vector keep1(static_cast<Scalar>(rule.beta1));
    const Vector take1(static_cast<Scalar>(1 - rule.beta1));
    const Vector keep2(static_cast<Scalar>(rule.beta2));
    const Vector take2(static_cast<Scalar>(1 - rule.beta2));
    const Vector keep(static_cast<Scalar>(shrink));
    sweep<Scalar>(treatment, parameters, gradients, count,
                  [&](const Vector& parameter, const Vector& gradient, auto load, auto store) {
                      const Vector mean = kernels::fma(keep1, load(state), take1 * gradient);
                      const Vector square =
                          kernels::fma(keep2, load(state + count), take2 * gradient * gradient);
                      store(state, mean);
                      store(state + count, square);
                      return keep * parameter - rate * mean / (kernels::sqrt(square) + small);
                  });
}

} // namespace burin::optimizers::detail
