#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// s ← decay · s + (1 − decay) · g²;  p ← p − learning_rate · g / (√s + epsilon).
/// Hinton's lecture 6e, 2012. The defaults are Keras's learning rate and PyTorch's decay and epsilon.
struct RMSprop {
    double learning_rate = 1e-3;
    double decay = 0.99;
    double epsilon = 1e-8;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 1;

    /// Updates `count` parameters from their gradients, in one pass. `state` holds state_vectors · count
    /// numbers that are 0 before the first step; steps count from 1.
    template <class Scalar>
    void update(Scalar* parameters, const Scalar* gradients, [[maybe_unused]] Scalar* state,
                std::size_t count, [[maybe_unused]] std::uint64_t step) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        const Vector rate(static_cast<Scalar>(learning_rate));
        const Vector keep(static_cast<Scalar>(decay));
        const Vector take(static_cast<Scalar>(1 - decay));
        const Vector small(static_cast<Scalar>(epsilon));
        detail::sweep<Scalar>({clip_value, clip_norm, weight_decay}, parameters, gradients, count,
                              [&](const Vector& parameter, const Vector& gradient, auto load, auto store) {
                                  const Vector squares = keep * load(state) + take * gradient * gradient;
                                  store(state, squares);
                                  return parameter - rate * gradient / (kernels::sqrt(squares) + small);
                              });
    }
};

} // namespace burin::optimizers
