#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

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

/// One pass over the parameters: for every vector of them
///
///     parameter = rule(parameter, gradient, state)
///
/// with the treated gradient, where `state` is an array of the `States` vectors of the optimizer's memory at
/// this place, which the rule changes. The k-th of `states` begins at state + k · count.
///
/// The gradients are only read. Nothing needs to set them to zero: a backward pass writes every gradient, it
/// does not add to what the last step left.
template <class Scalar, std::size_t States, class Rule>
void sweep(const GradientTreatment& treatment, Scalar* parameters, const Scalar* gradients, Scalar* state,
           std::size_t count, const Rule& given_rule) noexcept {
    using Vector = kernels::Vector<Scalar>;
    // Its constants stay in registers only if no store can change them.
    const Rule rule = given_rule;
    std::array<const Scalar*, States + 2> arrays{parameters, gradients};
    std::array<Scalar*, States + 1> written{parameters};
    for (std::size_t k = 0; k < States; ++k)
        arrays[k + 2] = written[k + 1] = state + k * count;
    const auto memory_at = [=](auto load) __attribute__((always_inline)) {
        std::array<decltype(load(state)), States> memory;
        const Scalar* from = state;
        for (auto& each : memory) {
            each = load(from);
            from += count;
        }
        return memory;
    };
    const auto remember = [=](auto store, const std::array<Vector, States>& memory)
                              __attribute__((always_inline)) {
                                  Scalar* to = state;
                                  for (const Vector& each : memory) {
                                      store(to, each);
                                      to += count;
                                  }
                              };
    const auto pass = [&](const auto& treat) __attribute__((always_inline)) {
        const auto gradient_at = [&](auto load) __attribute__((always_inline)) {
            return treat(load(gradients), [&] { return load(parameters); });
        };
        if constexpr (kernels::width<Scalar> > 1 && requires { &Rule::first_stage; })
            kernels::for_each_vector_in_two_stages<Scalar>(
                count,
                [&](auto load, auto store) __attribute__((always_inline)) {
                    auto memory = memory_at(load);
                    const Vector intermediate = rule.first_stage(gradient_at(load), memory);
                    remember(store, memory);
                    return intermediate;
                },
                [&](auto load, auto store, const Vector& intermediate) __attribute__((always_inline)) {
                    store(parameters, rule.second_stage(load(parameters), gradient_at(load), memory_at(load),
                                                        intermediate));
                },
                arrays);
        else
            kernels::map_all<Scalar>(
                count, written,
                [&](auto load) __attribute__((always_inline)) {
                    auto memory = memory_at(load);
                    std::array<decltype(load(gradients)), States + 1> result;
                    result[0] = rule(load(parameters), gradient_at(load), memory);
                    std::copy(memory.begin(), memory.end(), result.begin() + 1);
                    return result;
                },
                arrays);
    };

    // A treatment costs more than SGD's rule: each of the three has its own loop.
    const Scalar norm = norm_factor(treatment, gradients, count);
    const auto limit = static_cast<Scalar>(treatment.clip_value);
    const auto decay = static_cast<Scalar>(treatment.weight_decay);
    if (treatment.clip_value > 0)
        pass([&]<class AnyVector>(const AnyVector& gradient, auto parameter) __attribute__((always_inline)) {
            const AnyVector clipped =
                kernels::min(kernels::max(gradient, AnyVector(-limit)), AnyVector(limit));
            return kernels::fma(AnyVector(decay), parameter(), clipped * AnyVector(norm));
        });
    else if (norm != Scalar(1) || treatment.weight_decay != 0)
        pass([&]<class AnyVector>(const AnyVector& gradient, auto parameter) __attribute__((always_inline)) {
            return kernels::fma(AnyVector(decay), parameter(), gradient * AnyVector(norm));
        });
    else
        pass([](const auto& gradient, auto) __attribute__((always_inline)) { return gradient; });
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
