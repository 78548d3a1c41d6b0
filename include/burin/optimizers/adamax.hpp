#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// m ← β₁ m + (1 − β₁) g;  u ← max(β₂ u, |g| + epsilon);  p ← p − learning_rate / (1 − β₁^step) · m / u: Adam
/// with the largest gradient, slowly forgotten, in place of the root of squares. Nothing is squared, so that
/// no gradient is too large. Kingma and Ba, arXiv:1412.6980, section 7.1. The defaults are PyTorch's.
struct Adamax {
    double learning_rate = 2e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 2;

    template <class Scalar>
    auto rule(std::uint64_t step) const noexcept {
        return [minus_rate = static_cast<Scalar>(-learning_rate / (1 - detail::power(beta1, step))),
                keep1 = static_cast<Scalar>(beta1), take1 = static_cast<Scalar>(1 - beta1),
                keep2 = static_cast<Scalar>(beta2), least = static_cast<Scalar>(epsilon)]<class Vector>(
                   const Vector& parameter, const Vector& gradient, std::array<Vector, 2>& state) {
            state[0] = kernels::fma(Vector(keep1), state[0], Vector(take1) * gradient);
            state[1] = kernels::max_or_nan(kernels::abs(gradient) + Vector(least), Vector(keep2) * state[1]);
            return kernels::fma(Vector(minus_rate), state[0] / state[1], parameter);
        };
    }
};

} // namespace burin::optimizers
