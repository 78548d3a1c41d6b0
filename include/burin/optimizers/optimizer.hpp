#pragma once

#include "burin/graph/layout.hpp"
#include "burin/graph/network.hpp"
#include "burin/optimizers/gradient_sweep.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// What makes an optimizer: a struct with its options and
///
///     static constexpr std::size_t state_vectors;      // what it remembers, in vectors of all parameters
///     template <class Scalar>
///     auto rule(std::uint64_t step) const noexcept;    // steps count from 1
///
/// where the rule is what a step does to one vector of any width: (parameter, gradient, state) to the new
/// parameter, changing the state, an array of so many vectors. The gradient is clipped and decayed before, by
/// those of the options `clip_value`, `clip_norm` and `weight_decay` that the struct has; the decay is left
/// to the rule where a member `decoupled_weight_decay` is true. (Each optimizer has these options itself: of
/// a common base, `Adam{.learning_rate = 1e-4}` would be a warning of g++.) What is no rule of vectors is
///
///     void update(Scalar* parameters, const Scalar* gradients, Scalar* state, std::size_t count,
///                 std::uint64_t step) const noexcept;
///
/// One that needs to know the network's tensors, or gradients at other places than where the parameters are,
/// has instead of either
///
///     template <class Net, class Scalar, class Again>
///     void update_network(Scalar* parameters, Scalar* gradients, Scalar* state, std::uint64_t step,
///                         Again&& again) const noexcept;
///
/// where `again()` computes the gradients of the same samples at the parameters as they are, into
/// `gradients`, and returns the LossSum, of which total / weight + penalty is what has these gradients. One
/// that calls it says so by `static constexpr bool asks_again = true`. What it remembers beyond vectors of
/// all parameters is a
///
///     template <class Net> static constexpr std::size_t extra_state;   // numbers, behind the vectors
///
/// All state is 0 before the first step. An optimizer that wraps another has it in a member `optimizer`, and
/// hands on by `apply`.

namespace detail {

template <class Optimizer, class Net>
inline constexpr std::size_t extra_state_of = [] {
    if constexpr (requires { Optimizer::template extra_state<Net>; })
        return Optimizer::template extra_state<Net>;
    else
        return std::size_t{0};
}();

/// A count that an optimizer remembers among its state. State comes from files too: what is no whole number
/// below `end` is 0.
template <class Scalar>
constexpr std::uint64_t count_in(Scalar remembered, std::uint64_t end) noexcept {
    if (!(remembered >= Scalar(0) && remembered < static_cast<Scalar>(end)))
        return 0;
    const auto count = static_cast<std::uint64_t>(remembered);
    return count < end && static_cast<Scalar>(count) == remembered ? count : 0;
}

} // namespace detail

/// Whether an optimizer, or one that it wraps, says by `static constexpr bool asks_again` that it calls
/// `again`.
template <class Optimizer>
inline constexpr bool asks_again = [] {
    if constexpr (requires { Optimizer::asks_again; })
        return bool(Optimizer::asks_again);
    else if constexpr (requires(const Optimizer& rule) { rule.optimizer; })
        return asks_again<decltype(Optimizer::optimizer)>;
    else
        return false;
}();

/// Numbers that an optimizer remembers of a network: its vectors, and behind them what else it has.
template <class Optimizer, class Net>
inline constexpr std::size_t state_size =
    Optimizer::state_vectors * trained_count<Net> + detail::extra_state_of<Optimizer, Net>;

/// One step of an optimizer on all trained parameters of a network.
template <class Net, class Optimizer, class Scalar, class Again>
void apply(const Optimizer& optimizer, Scalar* parameters, Scalar* gradients, Scalar* state,
           std::uint64_t step, Again&& again) noexcept {
    if constexpr (requires {
                      optimizer.template update_network<Net>(parameters, gradients, state, step, again);
                  })
        optimizer.template update_network<Net>(parameters, gradients, state, step, again);
    else
        update(optimizer, parameters, gradients, state, trained_count<Net>, step);
}

/// Whether an optimizer, or one that it wraps, has a learning rate.
template <class Optimizer>
inline constexpr bool has_learning_rate = [] {
    if constexpr (requires(Optimizer& rule) { rule.learning_rate; })
        return true;
    else if constexpr (requires(Optimizer& rule) { rule.optimizer; })
        return has_learning_rate<decltype(Optimizer::optimizer)>;
    else
        return false;
}();

/// The learning rate of an optimizer, or of the one that it wraps, to read or set.
template <class Optimizer>
    requires has_learning_rate<Optimizer>
constexpr auto& learning_rate(Optimizer& optimizer) noexcept {
    if constexpr (requires { optimizer.learning_rate; })
        return optimizer.learning_rate;
    else
        return learning_rate(optimizer.optimizer);
}

/// Sets what an optimizer, or the one that it wraps, calls its momentum: `momentum`, or Adam's `beta1`. Does
/// nothing to one that has neither.
template <class Optimizer>
constexpr void set_momentum(Optimizer& optimizer, double momentum) noexcept {
    if constexpr (requires { optimizer.momentum = momentum; })
        optimizer.momentum = momentum;
    else if constexpr (requires { optimizer.beta1 = momentum; })
        optimizer.beta1 = momentum;
    else if constexpr (requires { optimizer.optimizer; })
        set_momentum(optimizer.optimizer, momentum);
}

} // namespace burin::optimizers
