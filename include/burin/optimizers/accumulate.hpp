#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/optimizers/optimizer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

namespace detail {

template <class Optimizer>
struct ExaminedAccumulation {
    static constexpr Sentence problem = [] {
        if constexpr (optimizers::asks_again<Optimizer>)
            return burin::detail::misuse<Optimizer>(
                "Accumulate", "an optimizer that needs no second gradient of the same samples (put "
                              "Accumulate inside, as in `SAM{Accumulate{AdamW{}}}`)");
        else
            return Sentence{};
    }();
};

} // namespace detail

/// Any optimizer, which takes one step for every `batches` batches, with the mean of their gradients: that of
/// one batch as large as all of them, if each has the same number of samples and the loss is their mean.
/// Remembers one vector more.
///
///     Accumulate{AdamW{.learning_rate = 1e-3}, 8}
///
/// Clipping, decay and what the optimizer knows of steps are those of its own steps; schedules go on with
/// every batch. Batches are counted on from epoch to epoch. What averages weights stands inside, as in
/// `Accumulate{ExponentialAverage{AdamW{}}, 8}`, so that it counts steps too.
template <class Optimizer>
struct Accumulate {
    Optimizer optimizer{};
    std::uint64_t batches = 2; ///< At least 1.

    static constexpr std::size_t state_vectors = Optimizer::state_vectors + 1;
    template <class Net>
    static constexpr std::size_t extra_state = detail::extra_state_of<Optimizer, Net>;

    /// How many steps the optimizer has taken after so many batches.
    constexpr std::uint64_t inner_step(std::uint64_t step) const noexcept {
        return step / std::max<std::uint64_t>(batches, 1);
    }

    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, Scalar* gradients, Scalar* state, std::uint64_t step,
                        Again&& again) const noexcept {
        static_cast<void>(core::DiagnosisOf<detail::ExaminedAccumulation<Optimizer>>{});
        constexpr std::size_t count = trained_count<Net>;
        Scalar* const sum = state;
        const std::uint64_t all = std::max<std::uint64_t>(batches, 1);
        if (step % all != 0) {
            kernels::map<Scalar>(
                count, sum, [](auto s, auto g) { return s + g; }, static_cast<const Scalar*>(sum),
                static_cast<const Scalar*>(gradients));
            return;
        }
        kernels::map<Scalar>(
            count, gradients,
            [part = static_cast<Scalar>(1.0 / static_cast<double>(all))](auto s, auto g) {
                return (s + g) * decltype(g)(part);
            },
            static_cast<const Scalar*>(sum), static_cast<const Scalar*>(gradients));
        std::fill_n(sum, count, Scalar(0));
        apply<Net>(optimizer, parameters, gradients, state + count, step / all, again);
    }
};

} // namespace burin::optimizers
