#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/random.hpp"
#include "burin/core/text.hpp"
#include "burin/losses/loss.hpp"
#include "burin/metrics/metric.hpp"
#include "burin/metrics/per_output.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/optimizer.hpp"
#include "burin/schedules/schedule.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/fit_options.hpp"
#include "burin/training/objective.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

// What a mistake in `Fit{...}` or in the arguments of `fit` is told by: one sentence.

namespace burin::detail {

template <class T>
inline constexpr bool is_objective = []<std::size_t... I>(std::index_sequence<I...>) {
    return (losses::Loss<fitting::LossAt<T, I>> && ...);
}(std::make_index_sequence<fitting::Objective<T>::count>{});

template <class T>
concept OptimizerLike =
    requires { { T::state_vectors } -> std::convertible_to<std::size_t>; } &&
    (requires(const T& rule, float* parameters, const float* gradients, std::uint64_t step) {
        rule.update(parameters, gradients, parameters, std::size_t{1}, step);
    } || optimizers::detail::HasRule<T> ||
     requires(const T& rule, float* parameters, std::uint64_t step, void (&again)()) {
        rule.template update_network<void>(parameters, parameters, parameters, step, again);
    });

template <class T>
inline constexpr bool is_batch_size = false;
template <std::size_t Size>
inline constexpr bool is_batch_size<fitting::BatchSize<Size>> = Size > 0;

template <class T>
concept DataSetLike = fitting::PreparesBatches<T> || requires(const T& data) {
    { data.size() } -> std::convertible_to<std::size_t>;
    data.input_shape();
    data.input(std::size_t{0});
    data.target(std::size_t{0});
};

/// What `.validation` is that is neither none nor held out: a data set, a Loader, or a pointer to one.
template <class T>
using ValidationData = std::remove_cv_t<std::remove_pointer_t<T>>;

template <class T>
inline constexpr bool are_metrics = metrics::Metric<T> || std::is_same_v<T, fitting::UsualMetrics>;
template <class... Metrics>
inline constexpr bool are_metrics<std::tuple<Metrics...>> = (metrics::Metric<Metrics> && ...);
template <class... Each>
inline constexpr bool are_metrics<metrics::PerOutput<Each...>> = (are_metrics<Each> && ...);

/// What is wrong with the types of members; empty if nothing.
template <class Options>
constexpr Sentence describe_misused_members() {
    using Batch = decltype(Options::batch_size);
    using Schedule = decltype(Options::schedule);
    if (!is_objective<decltype(Options::loss)>)
        return misuse<decltype(Options::loss)>("Fit: .loss",
                                               "a loss, as in `.loss = losses::MeanSquaredError{}`");
    if (!OptimizerLike<decltype(Options::optimizer)>)
        return misuse<decltype(Options::optimizer)>(
            "Fit: .optimizer", "an optimizer, as in `.optimizer = optimizers::Adam{.learning_rate = 1e-3}`");
    if (!std::is_same_v<Schedule, schedules::Unscheduled> && !schedules::Schedule<Schedule>)
        return misuse<Schedule>(
            "Fit: .schedule",
            "a schedule, as in `.schedule = schedules::Cosine{.learning_rate = 1e-3, .steps = 1000}`");
    if (!std::is_same_v<Schedule, schedules::Unscheduled> &&
        !optimizers::has_learning_rate<decltype(Options::optimizer)>)
        return misuse<decltype(Options::optimizer)>("Fit: .schedule",
                                                    "an optimizer with a learning rate that it can set");
    if (!is_batch_size<Batch>)
        return misuse<Batch>("Fit: .batch_size",
                             "a size of at least 1 that fixes the memory when compiling, as in "
                             "`.batch_size = batch<32>`");
    if (!std::is_same_v<decltype(Options::validation), fitting::NoValidation> &&
        !std::is_same_v<decltype(Options::validation), HeldOut> &&
        !DataSetLike<ValidationData<decltype(Options::validation)>>)
        return misuse<decltype(Options::validation)>("Fit: .validation",
                                                     "a data set or a pointer to one, as in `.validation = "
                                                     "&test`, or a share of the training data, as "
                                                     "in `.validation = HeldOut{0.2}`");
    if (!std::is_same_v<decltype(Options::threads), fitting::OneThread> &&
        (!std::is_integral_v<decltype(Options::threads)> || std::is_same_v<decltype(Options::threads), bool>))
        return misuse<decltype(Options::threads)>("Fit: .threads", "a number, as in `.threads = 4`");
    if (!are_metrics<decltype(Options::metrics)>)
        return misuse<decltype(Options::metrics)>(
            "Fit: .metrics",
            "metrics, as in `.metrics = std::tuple{metrics::Accuracy{}, metrics::TopKAccuracy<3>{}}`");
    return {};
}

/// What is wrong with the types of options; empty if nothing.
template <class Options>
constexpr Sentence describe_misused_fit() {
    if constexpr (!requires(Options options) { options.loss, options.optimizer, options.batch_size; })
        return misuse<Options>("fit", "options, as in `fit(model, data, Fit{.epochs = 20})`");
    else
        return describe_misused_members<Options>();
}

template <class Options>
struct ExaminedFit {
    static constexpr Sentence problem = describe_misused_fit<Options>();
};

/// What is wrong with what is given as `.augment`: it is no function of a batch, or says itself, in
/// `Examined<Batch>::problem`, what it can't change.
template <class Augment, class Batch>
struct ExaminedAugment {
    static constexpr Sentence problem = [] {
        if constexpr (std::is_same_v<Augment, fitting::NoAugmentation>)
            return Sentence{};
        else if constexpr (requires { Augment::template Examined<Batch>::problem; })
            return Augment::template Examined<Batch>::problem;
        else if constexpr (requires(Augment& augment, Batch& batch, const RandomStream& stream) {
                               augment(batch, stream);
                           })
            return Sentence{};
        else
            return misuse<Augment>("Fit: .augment", "what changes a batch before it is trained on, as in "
                                                    "`.augment = MixUp{.alpha = 0.2}`");
    }();
};

template <class Net, class Options, class Scalar>
using AugmentOf =
    ExaminedAugment<decltype(Options::augment), fitting::TrainingBatch<Net, decltype(Options::loss), Scalar>>;

/// Whether options are such as a Session takes.
template <class Options>
inline constexpr bool fit_is_right = ExaminedFit<Options>::problem.empty();

} // namespace burin::detail
