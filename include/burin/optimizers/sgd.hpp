#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// p ← p − learning_rate · g, g being the gradient of one batch.
struct SGD {
    double learning_rate = 1e-2;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 0;

    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return [minus_rate = static_cast<Scalar>(-learning_rate)]<class Vector>(
                   const Vector& parameter, const Vector& gradient, std::array<Vector, 0>&) {
            return kernels::fma(Vector(minus_rate), gradient, parameter);
        };
    }
};

} // namespace burin::optimizers
