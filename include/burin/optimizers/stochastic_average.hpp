#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/graph/network.hpp"
#include "burin/optimizers/average.hpp"
#include "burin/optimizers/optimizer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// Any optimizer, and the mean of the weights after step `start` and every `every` steps from there on
/// (stochastic weight averaging): with a learning rate that stays high it lies in the middle of a wide
/// minimum. Training goes on with the parameters; `use_average(model, trainer)` puts the average in their
/// place, and `update_statistics(model, data)` then finds the statistics of BatchNorm anew. Remembers one
/// vector more. PyTorch's `AveragedModel`.
///
///     StochasticAverage{Momentum{.learning_rate = 0.05}, 75 * steps_per_epoch, steps_per_epoch}
///
/// Izmailov, Podoprikhin, Garipov, Vetrov and Wilson, arXiv:1803.05407.
template <class Optimizer>
struct StochasticAverage {
    Optimizer optimizer{};
    std::uint64_t start = 1; ///< The first step whose weights count. At least 1.
    std::uint64_t every = 1; ///< At least 1.

    static constexpr std::size_t state_vectors = Optimizer::state_vectors + 1;
    template <class Net>
    static constexpr std::size_t extra_state = detail::extra_state_of<Optimizer, Net>;

    /// Whether there is an average after so many steps. It is the first vector of the state.
    constexpr bool has_average(std::uint64_t step) const noexcept { return step > 0 && step >= start; }

    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, Scalar* gradients, Scalar* state, std::uint64_t step,
                        Again&& again) const noexcept {
        static_cast<void>(core::DiagnosisOf<detail::ExaminedAveraging<"StochasticAverage", Optimizer>>{});
        constexpr std::size_t count = trained_count<Net>;
        apply<Net>(optimizer, parameters, gradients, state + count, step, again);
        const std::uint64_t first = std::max<std::uint64_t>(start, 1);
        const std::uint64_t apart = std::max<std::uint64_t>(every, 1);
        if (step < first || (step - first) % apart != 0)
            return;
        if (step == first)
            std::copy_n(parameters, count, state);
        else
            detail::move_towards(state, static_cast<const Scalar*>(parameters), count,
                                 1.0 / static_cast<double>((step - first) / apart + 1));
    }
};

} // namespace burin::optimizers
