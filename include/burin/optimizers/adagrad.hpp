#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/root_step.hpp"

#include <array>
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

    template <class Scalar>
    auto rule(std::uint64_t step) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        return detail::rule_of_squares<Scalar>(
            learning_rate, epsilon,
            [start = Vector(static_cast<Scalar>(step == 1 ? initial_accumulator : 0))](
                const Vector& gradient, const Vector& squares) {
                return kernels::fma(gradient, gradient, squares + start);
            });
    }
};

} // namespace burin::optimizers
