#pragma once

#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/norm.hpp"
#include "burin/optimizers/root_step.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// Adam whose step in each tensor is as long as the tensor: with Adam's moments
///
///     u = m̂ / (√v̂ + epsilon) + weight_decay · p;   p ← p − learning_rate · ‖p‖ / ‖u‖ · u
///
/// where the norms are those of a tensor, and their ratio is 1 if one of them is 0. For very large batches.
/// You et al., arXiv:1904.00962, version 5, algorithm 2 with φ(x) = x. The defaults are those of NVIDIA's
/// apex and of timm, but clip_norm (theirs is 1).
/// Usually biases and what normalises have no decay: `ParameterGroups{LAMB{}, NoDecayOn<roles::biases,
/// roles::norms>{}}`.
struct LAMB {
    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-6;
    double weight_decay = 0; ///< Part of u, as above, and not of the moments.
    double clip_value = 0;   ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0;    ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 2;
    static constexpr bool decoupled_weight_decay = true;

    /// Updates all trained parameters. `state` holds state_vectors · trained_count numbers that are 0 before
    /// the first step; steps count from 1.
    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, const Scalar* gradients, Scalar* state, std::uint64_t step,
                        const Again&) const noexcept {
        constexpr std::size_t count = trained_count<Net>;
        const auto norm = detail::norm_factor(detail::treatment_of(*this), gradients, count);
        for (const ParameterTensor& tensor : parameter_tensors<Net>)
            if (tensor.kind == TensorKind::trained)
                update_tensor(parameters + tensor.offset, gradients + tensor.offset, state + tensor.offset,
                              tensor.spec.shape.size(), count, norm, step);
    }

    /// Updates one tensor; its vectors of state are `stride` apart, and `norm` is of all gradients together.
    template <class Scalar>
    void update_tensor(Scalar* parameters, const Scalar* gradients, Scalar* state, std::size_t count,
                       std::size_t stride, const detail::NormFactor<Scalar>& norm,
                       std::uint64_t step) const noexcept {
        detail::sweep_part<Scalar, state_vectors>(
            detail::treatment_of(*this), parameters, gradients, state, count,
            [keep1 = static_cast<Scalar>(beta1), take1 = static_cast<Scalar>(1 - beta1),
             keep2 = static_cast<Scalar>(beta2), take2 = static_cast<Scalar>(1 - beta2)]<class Vector>(
                const Vector& parameter, const Vector& gradient, std::array<Vector, 2>& moments) {
                moments[0] = kernels::fma(Vector(keep1), moments[0], Vector(take1) * gradient);
                moments[1] = kernels::fma(Vector(take2) * gradient, gradient, Vector(keep2) * moments[1]);
                return parameter;
            },
            stride, norm);
        move_tensor(parameters, state, state + stride, count, step);
    }

  private:
    template <class Scalar>
    void move_tensor(Scalar* parameters, const Scalar* means, const Scalar* squares, std::size_t count,
                     std::uint64_t step) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        const double root_correction2 = std::sqrt(1 - detail::power(beta2, step));
        const double scale = root_correction2 / (1 - detail::power(beta1, step));
        const detail::RootStep<Scalar> root_step(-scale, epsilon * root_correction2);
        const auto move =
            [&, decay = Vector(static_cast<Scalar>(weight_decay))](const Vector& parameter,
                                                                   const Vector& mean, const Vector& square)
                __attribute__((always_inline)) { return root_step(decay * parameter, mean, square); };
        const double size =
            detail::norm<Scalar>(count, [](const Vector& parameter) { return parameter; }, parameters);
        const double length = detail::norm<Scalar>(count, move, parameters, means, squares);
        const double trust = size > 0 && length > 0 ? size / length : 1;
        kernels::map<Scalar>(
            count, parameters,
            [&, minus_rate = Vector(static_cast<Scalar>(-learning_rate * trust))](
                const Vector& parameter, const Vector& mean, const Vector& square)
                __attribute__((always_inline)) {
                    return kernels::fma(minus_rate, move(parameter, mean, square), parameter);
                },
            parameters, means, squares);
    }
};

} // namespace burin::optimizers
