#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// s ← decay · s + (1 − decay) · g²;  Δ = √(d + epsilon) / √(s + epsilon) · g;  d ← decay · d + (1 − decay) ·
/// Δ²; p ← p − learning_rate · Δ. Its steps have the parameter's unit, so a learning rate of 1 mostly does;
/// it begins slowly. Zeiler, arXiv:1212.5701. The defaults are PyTorch's.
struct Adadelta {
    double learning_rate = 1;
    double decay = 0.9;
    double epsilon = 1e-6;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 2;

    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return [minus_rate = static_cast<Scalar>(-learning_rate), keep = static_cast<Scalar>(decay),
                take = static_cast<Scalar>(1 - decay), least = static_cast<Scalar>(epsilon)]<class Vector>(
                   const Vector& parameter, const Vector& gradient, std::array<Vector, 2>& state) {
            auto& [squares, moves] = state;
            squares = kernels::fma(Vector(take) * gradient, gradient, Vector(keep) * squares);
            // A root of the quotient would lose what is small beside what is large.
            const Vector move =
                kernels::sqrt(moves + Vector(least)) / kernels::sqrt(squares + Vector(least)) * gradient;
            moves = kernels::fma(Vector(take) * move, move, Vector(keep) * moves);
            return kernels::fma(Vector(minus_rate), move, parameter);
        };
    }
};

} // namespace burin::optimizers
