#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/variance.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// RMSprop's steps gathered with momentum: s ← decay · s + (1 − decay) · g²;
/// v ← momentum · v + g / (√s + epsilon);  p ← p − learning_rate · v. PyTorch's `momentum`.
struct RMSpropMomentum {
    double learning_rate = 1e-3;
    double momentum = 0.9;
    double decay = 0.99;
    double epsilon = 1e-8;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 2;

    /// What is done to a gradient before the rule sees it.
    constexpr detail::GradientTreatment treatment() const noexcept {
        return {clip_value, clip_norm, weight_decay};
    }

    /// What a step does to one vector, of any width: (parameter, gradient, state) to the new parameter,
    /// changing the state.
    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return [minus_rate = static_cast<Scalar>(-learning_rate), keep = static_cast<Scalar>(decay),
                take = static_cast<Scalar>(1 - decay), least = static_cast<Scalar>(epsilon),
                keep_velocity = static_cast<Scalar>(momentum)]<class Vector>(
                   const Vector& parameter, const Vector& gradient, std::array<Vector, 2>& state) {
            auto& [squares, velocity] = state;
            squares = kernels::fma(Vector(take) * gradient, gradient, Vector(keep) * squares);
            velocity = kernels::fma(Vector(keep_velocity), velocity,
                                    gradient / (kernels::sqrt(squares) + Vector(least)));
            return kernels::fma(Vector(minus_rate), velocity, parameter);
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

/// The same by the variance, as `CenteredRMSprop`. PyTorch's `momentum` with `centered=True`.
struct CenteredRMSpropMomentum {
    double learning_rate = 1e-3;
    double momentum = 0.9;
    double decay = 0.99;
    double epsilon = 1e-8;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 3;

    /// What is done to a gradient before the rule sees it.
    constexpr detail::GradientTreatment treatment() const noexcept {
        return {clip_value, clip_norm, weight_decay};
    }

    /// What a step does to one vector, of any width: (parameter, gradient, state) to the new parameter,
    /// changing the state.
    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return [minus_rate = static_cast<Scalar>(-learning_rate), keep = static_cast<Scalar>(decay),
                take = static_cast<Scalar>(1 - decay), least = static_cast<Scalar>(epsilon),
                keep_velocity = static_cast<Scalar>(momentum)]<class Vector>(
                   const Vector& parameter, const Vector& gradient, std::array<Vector, 3>& state) {
            const Vector variance =
                detail::next_variance(gradient, Vector(keep), Vector(take), state[0], state[1]);
            state[2] = kernels::fma(Vector(keep_velocity), state[2],
                                    gradient / (kernels::sqrt(variance) + Vector(least)));
            return kernels::fma(Vector(minus_rate), state[2], parameter);
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
