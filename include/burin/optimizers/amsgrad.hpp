#pragma once

#include "burin/optimizers/adam_rule.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// Adam that divides by the root of the largest second moment so far: a parameter's rate never grows again.
/// vₘₐₓ ← max(vₘₐₓ, v);  p ← p − learning_rate · m̂ / (√(vₘₐₓ / (1 − β₂^step)) + epsilon). Reddi, Kale and
/// Kumar, arXiv:1904.09237, in PyTorch's form (`amsgrad=True`).
struct AMSGrad {
    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;             ///< L2: weight_decay · parameter is added to the gradient.
    bool decoupled_weight_decay = false; ///< As AdamW's instead: p ← (1 − learning_rate · weight_decay) · p.
    double clip_value = 0;               ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0; ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 3;

    template <class Scalar>
    auto rule(std::uint64_t step) const noexcept {
        return detail::adam_rule<Scalar>(*this, step);
    }
};

} // namespace burin::optimizers
