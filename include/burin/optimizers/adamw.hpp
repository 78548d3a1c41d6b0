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
    static constexpr bool decoupled_weight_decay = true;

    template <class Scalar>
    auto rule(std::uint64_t step) const noexcept {
        return detail::adam_rule<Scalar>(*this, step);
    }
};

} // namespace burin::optimizers
