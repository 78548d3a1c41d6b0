#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// s ← s + g²;  p ← p − learning_rate · g / (√s + epsilon), s beginning at initial_accumulator.
/// Duchi, Hazan and Singer, JMLR 12 (2011).
struct Adagrad {
    double learning_rate = 1e-2;
    double epsilon = 1e-10;
    double initial_accumulator = 0;
    double weight_decay = 0; ///< L2: weight_decay · parameter is added to the gradient.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 1;

    /// Updates `count` parameters from their gradients, in one pass. `state` holds state_vectors · count
    /// numbers that are 0 before the first step; steps count from 1.
    template <class Scalar>
    void update(Scalar* parameters, const Scalar* gradients, [[maybe_unused]] Scalar* state,
                std::size_t count, [[maybe_unused]] std::uint64_t step) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        const Vector rate(static_cast<Scalar>(learning_rate));
        const Vector small(static_cast<Scalar>(epsilon));
        const Vector start(static_cast<Scalar>(step == 1 ? initial_accumulator : 0));
        detail::sweep<Scalar>({clip_value, clip_norm, weight_decay}, parameters, gradients, count,
                              [&](const Vector& parameter, const Vector& gradient, auto load, auto store) {
                                  const Vector squares = load(state) + start + gradient * gradient;
                                  store(state, squares);
                                  return parameter - rate * gradient / (kernels::sqrt(squares) + small);
                              });
    }
};

} // namespace burin::optimizers
