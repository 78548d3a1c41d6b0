#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace burin::optimizers::detail {

/// What every rule does to a gradient before it uses it, in this order: clipping by value, clipping by global
/// norm, L2 decay (adding weight_decay · parameter). Zeros switch each off.
struct GradientTreatment {
    double clip_value = 0;
    double clip_norm = 0;
    double weight_decay = 0;
};

/// The factor that brings the global norm of the gradients (as clipped by value) down to `clip_norm`; 1 if it
/// is smaller. PyTorch's `clip_grad_norm_`, with its 1e-6 in the denominator.
template <class Scalar>
Scalar norm_factor(const GradientTreatment& treatment, const Scalar* gradients, std::size_t count) noexcept {
    if (treatment.clip_norm <= 0)
        return 1;
    using Vector = kernels::Vector<Scalar>;
    const bool clips = treatment.clip_value > 0;
    const Vector limit(static_cast<Scalar>(treatment.clip_value));
    const Scalar squares = kernels::sum<Scalar>(
        count,
        [&](const Vector& g) {
            const Vector clipped = clips ? kernels::min(kernels::max(g, -limit), limit) : g;
            return clipped * clipped;
        },
        gradients);
    const double factor = treatment.clip_norm / (std::sqrt(static_cast<double>(squares)) + 1e-6);
    return factor < 1 ? static_cast<Scalar>(factor) : Scalar(1);
}

/// One pass over the parameters: for every vector of them calls
///
///     new_parameter = rule(parameter, gradient, load, store)
///
/// with the treated gradient; `load(p)` and `store(p, v)` reach the optimizer's state at the same place.
template <class Scalar, class Rule>
void sweep(const GradientTreatment& treatment, Scalar* parameters, const Scalar* gradients, std::size_t count,
           Rule rule) noexcept {
    using Vector = kernels::Vector<Scalar>;
    const Vector factor(norm_factor(treatment, gradients, count));
    const Vector limit(static_cast<Scalar>(treatment.clip_value));
    const Vector decay(static_cast<Scalar>(treatment.weight_decay));
    const auto pass = [&](auto clips) {
        kernels::for_each_vector<Scalar>(count, [&](std::size_t, auto load, auto store) noexcept {
            const Vector parameter = load(parameters);
            Vector gradient = load(gradients);
            if constexpr (clips.value)
                gradient = kernels::min(kernels::max(gradient, -limit), limit);
            gradient = kernels::fma(decay, parameter, gradient * factor);
            store(parameters, rule(parameter, gradient, load, store));
        });
    };
    if (treatment.clip_value > 0)
        pass(std::true_type{});
    else
        pass(std::false_type{});
}

/// base^exponent by repeated squaring, for bias corrections.
inline double power(double base, std::uint64_t exponent) noexcept {
    double result = 1;
    for (; exponent > 0; exponent /= 2, base *= base)
        if (exponent % 2 == 1)
            result *= base;
    return result;
}

} // namespace burin::optimizers::detail
