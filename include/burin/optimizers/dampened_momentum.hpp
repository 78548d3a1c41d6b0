#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// v ← momentum · v + (1 − dampening) · g, but v = g in the first step;  p ← p − learning_rate · v. PyTorch's
/// SGD with `dampening`: where it is the momentum, v is the mean of past gradients instead of their sum.
struct DampenedMomentum {
    double learning_rate = 1e-2;
    double momentum = 0.9;
    double dampening = 0.9;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 1;

    template <class Scalar>
    auto rule(std::uint64_t step) const noexcept {
        return [minus_rate = static_cast<Scalar>(-learning_rate), keep = static_cast<Scalar>(momentum),
                take = static_cast<Scalar>(step == 1 ? 1 : 1 - dampening)]<class Vector>(
                   const Vector& parameter, const Vector& gradient, std::array<Vector, 1>& velocity) {
            velocity[0] = kernels::fma(Vector(keep), velocity[0], Vector(take) * gradient);
            return kernels::fma(Vector(minus_rate), velocity[0], parameter);
        };
    }
};

} // namespace burin::optimizers
