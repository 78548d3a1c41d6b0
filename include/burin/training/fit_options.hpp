#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/fixed_string.hpp"
#include "burin/core/text.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/schedules/schedule.hpp"
#include "burin/training/measure.hpp"
#include "burin/training/progress.hpp"
#include "burin/training/workers.hpp"

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>

namespace burin {

namespace fitting {

/// A batch size, as a type: it fixes the arena.
template <std::size_t Size>
struct BatchSize {
    static constexpr std::size_t value = Size;
};

struct NoValidation {};

struct NoAugmentation {};

} // namespace fitting

/// Write `.batch_size = batch<32>`.
template <std::size_t Size>
inline constexpr fitting::BatchSize<Size> batch{};

/// Of what is trained on, the last samples, a share of all before any shuffling, to validate on instead:
/// Keras's `validation_split`. Write `.validation = HeldOut{0.2}`.
struct HeldOut {
    double share = 0;

    /// How many of `count` samples are left to train on, rounded down.
    std::size_t trained(std::size_t count) const noexcept {
        return static_cast<std::size_t>(static_cast<double>(count) * (1 - share));
    }
};

namespace detail {

template <FixedString Sentence>
struct Misnaming {
    static constexpr burin::Sentence problem = Sentence.view();
};

/// A member that Fit has under another name: giving it is refused with the sentence.
template <FixedString Sentence>
struct Misnamed {
    constexpr Misnamed() = default;
    template <class T>
    constexpr Misnamed(const T&) {
        // Depends on T, so that it is looked at only when the member is given.
        static_cast<void>(core::DiagnosisOf<std::conditional_t<sizeof(T) == 0, void, Misnaming<Sentence>>>{});
    }
};

} // namespace detail

/// How to train. Every member may be left out; those that are given keep this order:
///
///     Fit{.loss = losses::SparseCategoricalCrossentropy{},
///         .optimizer = optimizers::Adam{.learning_rate = 1e-3},
///         .batch_size = batch<32>, .epochs = 20, .validation = &test}
template <class Loss = losses::SparseCategoricalCrossentropy, class Optimizer = optimizers::Adam,
          class Schedule = schedules::Unscheduled, class Batch = fitting::BatchSize<32>,
          class Validation = fitting::NoValidation, class Metrics = fitting::UsualMetrics,
          class Callbacks = std::tuple<>, class Augment = fitting::NoAugmentation,
          class Threads = fitting::OneThread>
struct Fit {
    Loss loss{};
    Optimizer optimizer{};
    Schedule schedule{}; ///< Of the learning rate, by steps (batches): `schedules::Cosine{…}`; else the
                         ///< optimizer's.
    Batch batch_size{};  ///< `batch<32>`: a type, since it fixes the memory when compiling.
    std::size_t epochs = 1;
    Validation validation{}; ///< Measured after each epoch: a data set (a view, which is cheap to copy), a
                             ///< pointer to one, none if null, or `HeldOut{0.2}` of what is trained on.
    Metrics metrics{}; ///< `std::tuple{metrics::Accuracy{}, metrics::TopKAccuracy<3>{}}`, or a single one: of
                       ///< the first output; `metrics::PerOutput` for several.
    Callbacks callbacks{}; ///< `std::tuple{callbacks::EarlyStopping{}, &mine}`, or a single one; pointers are
                           ///< followed.
    Augment augment{};   ///< Changes each batch before it is trained on: `MixUp{}`, `CutMix{}`, or a function
                         ///< of a TrainingBatch and a RandomStream.
    bool shuffle = true; ///< Whether each epoch has an order of its own.
    std::uint64_t seed = 0; ///< Of the order and of dropout.
    bool verbose = true;    ///< Whether to show the progress.
    fitting::Progress::Options progress{};
    bool allow_not_finite = false; ///< Whether data may hold NaN and infinities, which spoil what they reach.
    Threads threads{}; ///< How many share the work, 0 for all of the pool; the bits are the same at any
                       ///< number, but others than where none is given (`fitting::parts_of`).

    /// @cond
    detail::Misnamed<"Fit has no member `epoch`: write `.epochs = 20`"> epoch{};
    detail::Misnamed<"Fit has no member `batch`: write `.batch_size = batch<32>`"> batch{};
    detail::Misnamed<
        "Fit has no member `learning_rate`: write `.optimizer = optimizers::Adam{.learning_rate = 1e-3}`">
        learning_rate{};
    detail::Misnamed<"Fit has no member `thread`: write `.threads = 2`"> thread{};
    detail::Misnamed<"Fit has no member `num_threads`: write `.threads = 2`"> num_threads{};
    detail::Misnamed<"Fit has no member `workers`: write `.threads = 2`"> workers{};
    detail::Misnamed<"Fit has no member `optimiser`: write `.optimizer = optimizers::Adam{}`"> optimiser{};
    detail::Misnamed<"Fit has no member `scheduler`: write `.schedule = schedules::Cosine{…}`"> scheduler{};
    detail::Misnamed<
        "Fit has no member `callback`: write `.callbacks = std::tuple{callbacks::EarlyStopping{}}`">
        callback{};
    detail::Misnamed<"Fit has no member `augmentation`: write `.augment = MixUp{.alpha = 0.2}`">
        augmentation{};
    detail::Misnamed<"Fit has no member `metric`: write `.metrics = metrics::Accuracy{}`"> metric{};
    detail::Misnamed<"Fit has no member `validation_data`: write `.validation = &test`"> validation_data{};
    detail::Misnamed<"Fit has no member `validation_split`: write `.validation = HeldOut{0.2}`">
        validation_split{};
    detail::Misnamed<
        "Fit has no member `monitor`: write `.callbacks = callbacks::EarlyStopping{}`, which has it">
        monitor{};
    detail::Misnamed<"Fit has no member `lr`: write `.optimizer = optimizers::Adam{.learning_rate = 1e-3}`">
        lr{};
    detail::Misnamed<"Fit has no member `num_epochs`: write `.epochs = 20`"> num_epochs{};
    detail::Misnamed<"Fit has no member `max_epochs`: write `.epochs = 20`"> max_epochs{};
    /// @endcond
};

} // namespace burin
