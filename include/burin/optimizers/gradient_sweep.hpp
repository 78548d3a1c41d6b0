#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/optimizers/norm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace burin::optimizers {

namespace detail {

/// What every rule does to a gradient before it uses it, in this order: clipping by value, clipping by global
/// norm, L2 decay (adding weight_decay · parameter). Zeros switch each off.
struct GradientTreatment {
    double clip_value = 0;
    double clip_norm = 0;
    double weight_decay = 0;
};

/// What an optimizer's options ask for.
template <class Optimizer>
constexpr GradientTreatment treatment_of(const Optimizer& options) noexcept {
    GradientTreatment treatment;
    if constexpr (requires { options.clip_value; })
        treatment.clip_value = options.clip_value;
    if constexpr (requires { options.clip_norm; })
        treatment.clip_norm = options.clip_norm;
    if constexpr (requires { options.weight_decay; }) {
        if constexpr (requires { options.decoupled_weight_decay; })
            treatment.weight_decay = options.decoupled_weight_decay ? 0 : options.weight_decay;
        else
            treatment.weight_decay = options.weight_decay;
    }
    return treatment;
}

/// What the parameters are multiplied by: where an optimizer has `decoupled_weight_decay` its decay is
/// AdamW's, and not L2.
template <class Optimizer>
constexpr double decoupled_shrink(const Optimizer& options) noexcept {
    if constexpr (requires { options.decoupled_weight_decay; })
        return options.decoupled_weight_decay ? 1 - options.learning_rate * options.weight_decay : 1;
    else
        return 1;
}

/// Whether an optimizer does the same to each parameter, whichever tensor it is of.
template <class Optimizer>
concept HasRule = requires(const Optimizer& optimizer) { optimizer.template rule<float>(std::uint64_t{1}); };

/// Gradients within ± limit. What is no number stays so.
template <class AnyVector>
[[gnu::always_inline]] inline AnyVector clip(const AnyVector& gradient, const AnyVector& limit) noexcept {
    return kernels::at_most(kernels::at_least(gradient, -limit), limit);
}

/// What gradients are multiplied by: first · second. A single number is too small for a float where they are
/// near its end, so then each gradient is brought down by the first.
template <class Scalar>
struct NormFactor {
    Scalar first = 1, second = 1;
};

/// The factor that brings the global norm of the gradients (as clipped by value) down to `clip_norm`; 1 if it
/// is smaller. PyTorch's `clip_grad_norm_`, with its 1e-6 in the denominator: where the norm is infinite the
/// factor is 0, and where it is no number the factor is none.
///
/// The gradients are in pieces: `for_each_piece(visit)` calls visit(gradients, count) for each.
template <class Scalar, class ForEachPiece>
NormFactor<Scalar> norm_factor_of(const GradientTreatment& treatment,
                                  const ForEachPiece& for_each_piece) noexcept {
    if (treatment.clip_norm <= 0)
        return {};
    using Vector = kernels::Vector<Scalar>;
    const bool clips = treatment.clip_value > 0;
    const Vector limit(static_cast<Scalar>(treatment.clip_value));
    const auto squares_of = [&](Scalar factor) {
        double squares = 0;
        for_each_piece([&](const Scalar* gradients, std::size_t count) {
            squares += static_cast<double>(kernels::sum<Scalar>(
                count,
                [&](const Vector& gradient) {
                    const Vector scaled =
                        (clips ? clip(gradient, limit) : gradient) * kernels::broadcast(factor);
                    return scaled * scaled;
                },
                gradients));
        });
        return squares;
    };
    // Squares that are too small to be seen change nothing beside 1e-6.
    const auto [norm, scale] = scaled_norm<Scalar>(squares_of);
    const double factor = treatment.clip_norm / (norm + 1e-6 * static_cast<double>(scale));
    // Not "<": what is no number must not pass for 1.
    if (factor * static_cast<double>(scale) >= 1)
        return {};
    return {scale, static_cast<Scalar>(factor)};
}

/// The same of gradients in one piece.
template <class Scalar>
NormFactor<Scalar> norm_factor(const GradientTreatment& treatment, const Scalar* gradients,
                               std::size_t count) noexcept {
    return norm_factor_of<Scalar>(treatment, [&](const auto& visit) { visit(gradients, count); });
}

/// One pass over the parameters: for every vector of them
///
///     parameter = rule(parameter, gradient, state)
///
/// with the treated gradient, where `state` is an array of the `States` vectors of the optimizer's memory at
/// this place, which the rule changes. The k-th of `states` begins at state + k · stride: the parameters may
/// be a part of all, to whose norm `norm` then belongs.
///
/// The gradients are only read. Nothing needs to set them to zero: a backward pass writes every gradient, it
/// does not add to what the last step left.
template <class Scalar, std::size_t States, class Rule>
[[gnu::always_inline]] inline void
sweep_part(const GradientTreatment& treatment, Scalar* parameters, const Scalar* gradients, Scalar* state,
           std::size_t count, const Rule& given_rule, std::size_t stride, NormFactor<Scalar> norm) noexcept {
    using Vector = kernels::Vector<Scalar>;
    // Its constants stay in registers only if no store can change them.
    const Rule rule = given_rule;
    std::array<const Scalar*, States + 2> arrays{parameters, gradients};
    std::array<Scalar*, States + 1> written{parameters};
    for (std::size_t k = 0; k < States; ++k)
        arrays[k + 2] = written[k + 1] = state + k * stride;
    const auto memory_at = [=](auto load) __attribute__((always_inline)) {
        std::array<decltype(load(state)), States> memory;
        const Scalar* from = state;
        for (auto& each : memory) {
            each = load(from);
            from += stride;
        }
        return memory;
    };
    const auto remember = [=](auto store, const std::array<Vector, States>& memory)
                              __attribute__((always_inline)) {
                                  Scalar* to = state;
                                  for (const Vector& each : memory) {
                                      store(to, each);
                                      to += stride;
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

    // A treatment costs more than SGD's rule: each of the three has its own loop. Beside a rule of two stages
    // clipping takes no time worth a loop of its own; an infinite limit clips nothing.
    constexpr bool is_long = requires { &Rule::first_stage; };
    const auto limit = is_long && treatment.clip_value <= 0 ? std::numeric_limits<Scalar>::infinity()
                                                            : static_cast<Scalar>(treatment.clip_value);
    const auto decay = static_cast<Scalar>(treatment.weight_decay);
    const bool is_treated = norm.first * norm.second != Scalar(1) || treatment.weight_decay != 0;
    if (treatment.clip_value > 0 || (is_long && is_treated))
        pass([&]<class AnyVector>(const AnyVector& gradient, auto parameter) __attribute__((always_inline)) {
            const AnyVector scaled = clip(gradient, AnyVector(limit)) * AnyVector(norm.first);
            return kernels::fma(AnyVector(decay), parameter(), scaled * AnyVector(norm.second));
        });
    else if (!is_long && is_treated) {
        if constexpr (!is_long)
            pass([&]<class AnyVector>(const AnyVector& gradient, auto parameter)
                     __attribute__((always_inline)) {
                         const AnyVector scaled = gradient * AnyVector(norm.first);
                         return kernels::fma(AnyVector(decay), parameter(), scaled * AnyVector(norm.second));
                     });
    } else
        pass([](const auto& gradient, auto) __attribute__((always_inline)) { return gradient; });
}

/// The same for all parameters at once.
template <class Scalar, std::size_t States, class Rule>
void sweep(const GradientTreatment& treatment, Scalar* parameters, const Scalar* gradients, Scalar* state,
           std::size_t count, const Rule& rule) noexcept {
    sweep_part<Scalar, States>(treatment, parameters, gradients, state, count, rule, count,
                               norm_factor(treatment, gradients, count));
}

/// The treated gradients in their place, for what looks at them more than once. The parameters stay as they
/// are.
template <class Scalar>
void treat(const GradientTreatment& treatment, Scalar* parameters, Scalar* gradients,
           std::size_t count) noexcept {
    if (treatment.clip_value <= 0 && treatment.clip_norm <= 0 && treatment.weight_decay == 0)
        return;
    // What the sweep remembers are the gradients.
    sweep<Scalar, 1>(
        treatment, parameters, gradients, gradients, count,
        []<class Vector>(const Vector& parameter, const Vector& gradient, std::array<Vector, 1>& treated) {
            treated[0] = gradient;
            return parameter;
        });
}

/// base^exponent by repeated squaring, for bias corrections.
inline double power(double base, std::uint64_t exponent) noexcept {
    double result = 1;
    for (; exponent > 0; exponent /= 2, base *= base)
        if (exponent % 2 == 1)
            result *= base;
    return result;
}

} // namespace detail

/// One step on `count` parameters, in one pass. `state` holds state_vectors · count numbers that are 0 before
/// the first step; steps count from 1.
template <class Optimizer, class Scalar>
void update(const Optimizer& optimizer, Scalar* parameters, const std::type_identity_t<Scalar>* gradients,
            Scalar* state, std::size_t count, std::uint64_t step) noexcept {
    if constexpr (requires { optimizer.update(parameters, gradients, state, count, step); })
        optimizer.update(parameters, gradients, state, count, step);
    else if constexpr (requires { optimizer.template rule<Scalar>(step); })
        detail::sweep<Scalar, Optimizer::state_vectors>(detail::treatment_of(optimizer), parameters,
                                                        gradients, state, count,
                                                        optimizer.template rule<Scalar>(step));
    else
        static_assert(
            sizeof(Optimizer) == 0,
            "expected an optimizer with `template <class Scalar> auto rule(std::uint64_t step) const "
            "noexcept`, or with `update(...) const noexcept`; see burin/optimizers/optimizer.hpp");
}

/// Whether a step does the same to each parameter, whatever the others are.
template <class Optimizer, class Net, class Scalar>
inline constexpr bool sweeps_in_pieces = requires(const Optimizer& optimizer, std::uint64_t step) {
    optimizer.template rule<Scalar>(step);
} && !requires(const Optimizer& optimizer, Scalar* numbers, std::uint64_t step, void (&again)()) {
    optimizer.template update_network<Net>(numbers, numbers, numbers, step, again);
} && !requires(const Optimizer& optimizer, Scalar* numbers, std::uint64_t step) {
    optimizer.update(numbers, numbers, numbers, std::size_t{1}, step);
};

/// The same step in pieces of `piece` parameters that `workers` share: they have a member `for_each(count,
/// work)`. The bits are the same where a piece is a whole number of vectors.
template <class Optimizer, class Scalar, class Workers>
void update_in_pieces(const Optimizer& optimizer, Scalar* parameters,
                      const std::type_identity_t<Scalar>* gradients, Scalar* state, std::size_t count,
                      std::uint64_t step, std::size_t piece, Workers& workers) noexcept {
    const detail::GradientTreatment treatment = detail::treatment_of(optimizer);
    const auto norm = detail::norm_factor(treatment, gradients, count);
    const auto rule = optimizer.template rule<Scalar>(step);
    workers.for_each((count + piece - 1) / piece, [&](std::size_t which) {
        const kernels::SubnormalsAreZero subnormals_are_zero;
        const std::size_t first = which * piece;
        detail::sweep_part<Scalar, Optimizer::state_vectors>(treatment, parameters + first, gradients + first,
                                                             state + first, std::min(piece, count - first),
                                                             rule, count, norm);
    });
}

} // namespace burin::optimizers
