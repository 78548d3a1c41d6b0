#pragma once

#include "burin/optimizers/adam_rule.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  p ← p − learning_rate · m̂ / (√v̂ + epsilon), with the
/// moments' bias corrected: m̂ = m / (1 − β₁^step), v̂ = v / (1 − β₂^step). Kingma and Ba, arXiv:1412.6980. The
/// defaults are PyTorch's (Keras's epsilon is 1e-7).
struct Adam {
    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 2;

    template <class Scalar>
    auto rule(std::uint64_t step) const noexcept {
        return detail::adam_rule<Scalar>(*this, step);
    }
};

} // namespace burin::optimizers
