#pragma once

#include "burin/core/fixed_string.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

namespace detail {

/// average ← average + part · (target − average).
template <class Scalar>
void move_towards(Scalar* average, const Scalar* target, std::size_t count, double part) noexcept {
    kernels::map<Scalar>(
        count, average,
        [by = static_cast<Scalar>(part)](auto from, auto to) {
            return kernels::fma(decltype(from)(by), to - from, from);
        },
        static_cast<const Scalar*>(average), target);
}

/// Whether an optimizer, or one that it wraps, takes a step for several batches.
template <class Optimizer>
inline constexpr bool accumulates = [] {
    if constexpr (requires(const Optimizer& rule) { rule.inner_step(std::uint64_t{1}); })
        return true;
    else if constexpr (requires(const Optimizer& rule) { rule.optimizer; })
        return accumulates<decltype(Optimizer::optimizer)>;
    else
        return false;
}();

template <FixedString Name, class Optimizer>
struct ExaminedAveraging {
    static constexpr Sentence problem = [] {
        if constexpr (accumulates<Optimizer>)
            return burin::detail::misuse<Optimizer>(
                Name.view(), "an optimizer that takes a step for each batch (put Accumulate outside, as "
                             "in `Accumulate{ExponentialAverage{AdamW{}}}`)");
        else
            return Sentence{};
    }();
};

} // namespace detail

/// Whether an optimizer, or one that it wraps, averages the weights.
template <class Optimizer>
inline constexpr bool averages = [] {
    if constexpr (requires(const Optimizer& rule) { rule.has_average(std::uint64_t{1}); })
        return true;
    else if constexpr (requires(const Optimizer& rule) { rule.optimizer; })
        return averages<decltype(Optimizer::optimizer)>;
    else
        return false;
}();

/// Where the averaged weights are in an optimizer's state after so many steps, in the trained parameters'
/// layout; null if there are none yet. Of several averages the outermost.
template <class Net, class Optimizer, class Scalar>
    requires averages<Optimizer>
constexpr Scalar* average(const Optimizer& optimizer, Scalar* state, std::uint64_t step) noexcept {
    if constexpr (requires { optimizer.has_average(step); }) {
        return optimizer.has_average(step) ? state : nullptr;
    } else {
        using Inner = decltype(Optimizer::optimizer);
        // What wraps has its own vectors first.
        constexpr std::size_t own = Optimizer::state_vectors - Inner::state_vectors;
        if constexpr (requires { optimizer.inner_step(step); })
            step = optimizer.inner_step(step);
        return average<Net>(optimizer.optimizer, state + own * trained_count<Net>, step);
    }
}

} // namespace burin::optimizers
