#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/variance.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

namespace detail {

/// The rule of both optimizers here. The velocity is the last of what it remembers.
template <class Scalar, class Options>
auto gathered_rule(const Options& options) noexcept {
    constexpr std::size_t states = Options::state_vectors;
    return [minus_rate = static_cast<Scalar>(-options.learning_rate),
            keep = static_cast<Scalar>(options.decay), take = static_cast<Scalar>(1 - options.decay),
            least = static_cast<Scalar>(options.epsilon),
            keep_velocity = static_cast<Scalar>(options.momentum)]<class Vector>(
               const Vector& parameter, const Vector& gradient, std::array<Vector, states>& state) {
        Vector square;
        if constexpr (states == 3)
            square = next_variance(gradient, Vector(keep), Vector(take), state[0], state[1]);
        else
            square = state[0] = kernels::fma(Vector(take) * gradient, gradient, Vector(keep) * state[0]);
        Vector& velocity = state[states - 1];
        velocity =
            kernels::fma(Vector(keep_velocity), velocity, gradient / (kernels::sqrt(square) + Vector(least)));
        return kernels::fma(Vector(minus_rate), velocity, parameter);
    };
}

} // namespace detail

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

    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return detail::gathered_rule<Scalar>(*this);
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

    template <class Scalar>
    auto rule(std::uint64_t) const noexcept {
        return detail::gathered_rule<Scalar>(*this);
    }
};

} // namespace burin::optimizers
