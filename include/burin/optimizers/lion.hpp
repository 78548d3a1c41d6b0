#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// p ← (1 − learning_rate · weight_decay) · p − learning_rate · sign(β₁ m + (1 − β₁) g);
/// m ← β₂ m + (1 − β₂) g. Every parameter moves by the learning rate, so it wants one 3 to 10 times smaller
/// than Adam's and a decay as many times larger; it remembers half as much. Chen et al., arXiv:2302.06675.
/// The defaults are the paper's.
struct Lion {
    double learning_rate = 1e-4;
    double beta1 = 0.9;
    double beta2 = 0.99;
    double weight_decay = 0; ///< Decoupled: not part of the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 1;
    static constexpr bool decoupled_weight_decay = true;

    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return [minus_rate = static_cast<Scalar>(-learning_rate),
                shrink = static_cast<Scalar>(detail::decoupled_shrink(*this)),
                keep1 = static_cast<Scalar>(beta1), take1 = static_cast<Scalar>(1 - beta1),
                keep2 = static_cast<Scalar>(beta2), take2 = static_cast<Scalar>(1 - beta2)]<class Vector>(
                   const Vector& parameter, const Vector& gradient, std::array<Vector, 1>& mean) {
            const Vector zero(Scalar(0)), one(Scalar(1));
            const Vector mixed = kernels::fma(Vector(keep1), mean[0], Vector(take1) * gradient);
            // Of 0 it is 0, and of what is no number none.
            const Vector sign =
                kernels::select(mixed > zero, one, kernels::select(mixed < zero, -one, mixed));
            mean[0] = kernels::fma(Vector(keep2), mean[0], Vector(take2) * gradient);
            return kernels::fma(Vector(minus_rate), sign, Vector(shrink) * parameter);
        };
    }
};

} // namespace burin::optimizers
