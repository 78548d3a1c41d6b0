#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/root_step.hpp"

#include <array>
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

    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        return detail::rule_of_squares<Scalar>(
            learning_rate, epsilon,
            [keep = Vector(static_cast<Scalar>(decay)),
             take = Vector(static_cast<Scalar>(1 - decay))](const Vector& gradient, const Vector& squares) {
                return kernels::fma(take * gradient, gradient, keep * squares);
            });
    }
};

} // namespace burin::optimizers
