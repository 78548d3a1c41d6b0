#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/optimizers/average.hpp"
#include "burin/training/trainer.hpp"

#include <algorithm>
#include <cstddef>

namespace burin {

namespace detail {

template <class Optimizer>
struct ExaminedAverage {
    static constexpr Sentence problem = [] {
        if constexpr (optimizers::averages<Optimizer>)
            return Sentence{};
        else
            return misuse<Optimizer>(
                "use_average", "an optimizer that averages weights, as `ExponentialAverage{AdamW{}}` does");
    }();
};

/// Calls use(trained parameters, average, count) with those of a model, or `Parameters`, and a trainer.
template <class Net, class Scalar, class Target, class TrainerType, class Use>
bool with_average(Target& target, TrainerType& trainer, Use use) noexcept {
    using Optimizer = decltype(TrainerType::optimizer);
    static_cast<void>(core::DiagnosisOf<ExaminedAverage<Optimizer>>{});
    if constexpr (optimizers::averages<Optimizer>) {
        auto* const average =
            optimizers::average<Net>(trainer.optimizer, trainer.optimizer_state().data(), trainer.steps());
        if (average == nullptr)
            return false;
        engine::ParameterPointers<Net, Scalar> parameters;
        if constexpr (requires { target.parameters(); })
            parameters = target.parameters();
        else
            parameters = target;
        use(parameters.trained, average, trained_count<Net>);
        return true;
    }
    return false;
}

} // namespace detail

/// Puts the weights that a trainer's optimizer has averaged (`ExponentialAverage`, `StochasticAverage`) into
/// a model, or into `Parameters`: those that it trains, or others of the same network. Returns false, and
/// changes nothing, if there is no average yet. Where the network has BatchNorm, `update_statistics` comes
/// next.
///
///     Model<Net> averaged;
///     copy_parameters(model.parameters(), averaged.parameters());   // what is frozen, and statistics
///     use_average(averaged, session.trainer());
template <class Target, class Net, class Loss, class Optimizer, std::size_t Batch, class Scalar,
          class Workers>
bool use_average(Target& target,
                 const Trainer<Net, Loss, Optimizer, Batch, Scalar, Workers>& trainer) noexcept {
    return detail::with_average<Net, Scalar>(target, trainer,
                                             [](Scalar* trained, const Scalar* average, std::size_t count) {
                                                 std::copy_n(average, count, trained);
                                             });
}

/// Exchanges the trained parameters and their average, to measure the average in the midst of training
/// without memory of its own: once there, and once back before the next step.
template <class Target, class Net, class Loss, class Optimizer, std::size_t Batch, class Scalar,
          class Workers>
bool swap_average(Target& target, Trainer<Net, Loss, Optimizer, Batch, Scalar, Workers>& trainer) noexcept {
    return detail::with_average<Net, Scalar>(target, trainer,
                                             [](Scalar* trained, Scalar* average, std::size_t count) {
                                                 std::swap_ranges(trained, trained + count, average);
                                             });
}

} // namespace burin
