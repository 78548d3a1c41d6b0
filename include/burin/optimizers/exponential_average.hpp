#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/graph/network.hpp"
#include "burin/optimizers/average.hpp"
#include "burin/optimizers/optimizer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

/// Any optimizer, and an exponential moving average of the weights: after each step average ← decay · average
/// + (1 − decay) · p, beginning with the parameters after the first. Training goes on with the parameters;
/// `use_average(model, trainer)` puts the average in their place. Remembers one vector more. PyTorch's
/// `AveragedModel` with `get_ema_multi_avg_fn`, Keras's `use_ema`.
///
///     ExponentialAverage{AdamW{.learning_rate = 1e-3}, 0.999}
template <class Optimizer>
struct ExponentialAverage {
    Optimizer optimizer{};
    /// PyTorch's (Keras's `ema_momentum` is 0.99). Averages some 1 / (1 − decay) steps.
    double decay = 0.999;

    static constexpr std::size_t state_vectors = Optimizer::state_vectors + 1;
    template <class Net>
    static constexpr std::size_t extra_state = detail::extra_state_of<Optimizer, Net>;

    /// Whether there is an average after so many steps. It is the first vector of the state.
    constexpr bool has_average(std::uint64_t step) const noexcept { return step > 0; }

    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, Scalar* gradients, Scalar* state, std::uint64_t step,
                        Again&& again) const noexcept {
        static_cast<void>(core::DiagnosisOf<detail::ExaminedAveraging<"ExponentialAverage", Optimizer>>{});
        constexpr std::size_t count = trained_count<Net>;
        apply<Net>(optimizer, parameters, gradients, state + count, step, again);
        if (step == 1)
            std::copy_n(parameters, count, state);
        else
            detail::move_towards(state, static_cast<const Scalar*>(parameters), count, 1 - decay);
    }
};

} // namespace burin::optimizers
