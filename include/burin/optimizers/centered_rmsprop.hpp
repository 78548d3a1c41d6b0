#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/root_step.hpp"
#include "burin/optimizers/variance.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// s ← decay · s + (1 − decay) · g²;  a ← decay · a + (1 − decay) · g;
/// p ← p − learning_rate · g / (√(s − a²) + epsilon): RMSprop by the gradient's variance instead of its mean
/// square. Graves, arXiv:1308.0850. PyTorch's form (`centered=True`), but where rounding makes the variance
/// negative it is 0.
struct CenteredRMSprop {
    double learning_rate = 1e-3;
    double decay = 0.99;
    double epsilon = 1e-8;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 2;

    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return detail::RootRule<Scalar, 2, detail::PastVariance<Scalar>>({decay}, {learning_rate, epsilon});
    }
};

} // namespace burin::optimizers
