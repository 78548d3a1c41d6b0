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

    /// What is done to a gradient before the rule sees it.
    constexpr detail::GradientTreatment treatment() const noexcept { return {clip_value, clip_norm, weight_decay}; }

    /// What a step does to one vector, of any width: (parameter, gradient, state) to the new parameter,
    /// changing the state.
    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return [minus_rate = static_cast<Scalar>(-learning_rate)]<class Vector>(
                   const Vector& parameter, const Vector& gradient, std::array<Vector, 0>&) {
            return kernels::fma(Vector(minus_rate), gradient, parameter);
        };
    }

    /// Updates `count` parameters from their gradients, in one pass. `state` holds state_vectors · count
    /// numbers that are 0 before the first step; steps count from 1.
    template <class Scalar>
    void update(Scalar* parameters, const Scalar* gradients, Scalar* state, std::size_t count,
                std::uint64_t step) const noexcept {
        detail::sweep<Scalar, state_vectors>(treatment(), parameters, gradients, state, count,
                                             rule<Scalar>(step));
    }
};

} // namespace burin::optimizers
