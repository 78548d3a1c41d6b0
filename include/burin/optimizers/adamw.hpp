#pragma once

#include "burin/optimizers/adam_rule.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// Adam with decoupled weight decay: p ← (1 − learning_rate · weight_decay) · p before Adam's step.
/// Loshchilov and Hutter, arXiv:1711.05101. The defaults are PyTorch's.
struct AdamW {
    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 1e-2; ///< Decoupled: not part of the gradient.
    double clip_value = 0;      ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;       ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 2;

    /// What is done to a gradient before the rule sees it.
    constexpr detail::GradientTreatment treatment() const noexcept { return {clip_value, clip_norm, 0.0}; }

    /// What a step does to one vector: (parameter, gradient, state) to the new parameter, changing the state.
    template <class Scalar>
    auto rule(std::uint64_t step) const noexcept {
        return detail::adam_rule<Scalar, true>(*this, 1 - learning_rate * weight_decay, step);
    }

    /// Updates `count` parameters from their gradients, in one pass. `state` holds state_vectors · count
    /// numbers that are 0 before the first step; steps count from 1.
    template <class Scalar>
    void update(Scalar* parameters, const Scalar* gradients, Scalar* state, std::size_t count,
                std::uint64_t step) const noexcept {
        detail::sweep<Scalar, state_vectors>(treatment(), parameters, gradients, state, count,
                                             rule<Scalar>(step));
    }
};

} // namespace burin::optimizers
