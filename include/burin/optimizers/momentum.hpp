#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// v ← momentum · v + g;  p ← p − learning_rate · v. PyTorch's form: the learning rate is not in v.
/// Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
struct Momentum {
    double learning_rate = 1e-2;
    double momentum = 0.9;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 1;

    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return [minus_rate = static_cast<Scalar>(-learning_rate),
                keep = static_cast<Scalar>(momentum)]<class Vector>(
                   const Vector& parameter, const Vector& gradient, std::array<Vector, 1>& velocity) {
            velocity[0] = kernels::fma(Vector(keep), velocity[0], gradient);
            return kernels::fma(Vector(minus_rate), velocity[0], parameter);
        };
    }
};

} // namespace burin::optimizers
