#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/callback.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit_options.hpp"
#include "burin/training/history.hpp"
#include "burin/training/measure.hpp"
#include "burin/training/misused_fit.hpp"
#include "burin/training/model.hpp"
#include "burin/training/progress.hpp"
#include "burin/training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin {

/// How far a session got: what is done, and of what. A run that `pause()` ended, or a checkpoint has from its
/// middle, is under way: `epoch < last_epoch`.
struct Position {
    std::size_t epoch = 0;      ///< Epochs that are done.
    std::size_t batch = 0;      ///< Batches of the next one that are done.
    std::size_t last_epoch = 0; ///< How many are done at the end of the run.
    std::size_t samples = 0;    ///< Of the data set of the run.
    bool is_stopping =
        false; ///< Whether the epoch under way, and the run, end with the batches that are done.
    std::size_t first_epoch = 0; ///< How many were done where the run began.
    bool has_fixed_end = false;  ///< Whether `stop()` set the end of the run, and not `Fit{.epochs}`.
};

/// Training of one model that can be continued: what `fit` makes, runs once and forgets. Save and load it
/// with `io::save` and `io::load`, also in the middle of a run and of an epoch; it then goes on with the same
/// bits.
template <class Net, class Scalar, class Options>
class Session : private core::DiagnosisOf<detail::ExaminedFit<Options>> {
    using Loss = decltype(Options::loss);
    using Optimizer = decltype(Options::optimizer);
    using Context = CallbackContext<Session>;
    friend Context;

  public:
    static constexpr std::size_t batch_size = decltype(Options::batch_size)::value;
    using ModelType = Model<Net, Scalar>;
    using TrainerType = Trainer<Net, Loss, Optimizer, batch_size, Scalar>;

    /// The model must outlive the session. It remembers the loss, for `predict_proba`.
    Session(ModelType& model, Options options)
        : model_(&model), options_(std::move(options)),
          trainer_(core::within_memory("fit",
                                       [&] {
                                           return std::make_unique<TrainerType>(
                                               model.parameters(), options_.loss, options_.optimizer,
                                               options_.seed);
                                       })),
          measured_(trainer_->loss, options_.metrics) {
        model.set_links(links_of<Net, Loss>);
    }

    /// Epochs are counted in 32 bits, as the random streams are that order their samples.
    static constexpr std::uint64_t most_epochs = std::numeric_limits<std::uint32_t>::max();

    /// Trains for `options.epochs` epochs more, or to the end of the run that is under way. Returns what was
    /// measured in each epoch of the run. Throws Error if the data do not fit the network or are not finite,
    /// if these are more than `most_epochs` in all, or if a run that is in the middle of an epoch had other
    /// data.
    ///
    /// With `until` the run pauses when so many epochs are trained in all, and the next `run` goes on with
    /// it.
    template <class Data>
    History run(const Data& data, std::size_t until = most_epochs) {
        return core::within_memory("fit", [&] {
            if constexpr (std::is_same_v<Validation, HeldOut>) {
                static_assert(!PreparesBatches<Data>, "Fit{.validation = HeldOut{…}} takes a data set: split "
                                                      "it first, and give a Loader of one part");
                const std::size_t count = trained(data.size());
                const Data held_out = data.subset(count, data.size() - count);
                return train(data.subset(0, count), &held_out, until);
            } else if constexpr (std::is_pointer_v<Validation>) {
                return train(data, options_.validation, until);
            } else {
                return train(data, &options_.validation, until);
            }
        });
    }

    ModelType& model() noexcept { return *model_; }
    const ModelType& model() const noexcept { return *model_; }
    const Options& options() const noexcept { return options_; }
    TrainerType& trainer() noexcept { return *trainer_; }
    const TrainerType& trainer() const noexcept { return *trainer_; }
    /// As they are in this session: a copy of those that were given, unless pointers were.
    auto& callbacks() noexcept { return options_.callbacks; }
    const auto& callbacks() const noexcept { return options_.callbacks; }

    /// Epochs trained so far.
    std::size_t epoch() const noexcept { return position_.epoch; }
    const Position& position() const noexcept { return position_; }
    /// Whether a run was trained to its end, so that `run` would begin another.
    bool is_finished() const noexcept {
        return position_.last_epoch > 0 && position_.epoch >= position_.last_epoch;
    }
    /// The epochs of the run that are done.
    const History& history() const noexcept { return history_; }
    /// What the epoch that is under way has measured so far, as numbers that `resume` takes.
    std::vector<double> measured() const { return measured_.state(); }
    /// The loss and the metrics that each epoch measures, without those of validation.
    std::vector<std::string> measured_names() const { return measured_.names(); }

    /// Goes on from there: `position.last_epoch` is at most `most_epochs`. The trainer and the model have to
    /// be as they were then.
    void resume(const Position& position, History history = {}, const std::vector<double>& measured = {}) {
        position_ = position;
        history_ = std::move(history);
        measured_.restore(measured);
        values_.clear();
    }

  private:
    using Validation = std::remove_cv_t<decltype(Options::validation)>;
    static constexpr bool validates = !std::is_same_v<Validation, NoValidation>;
    static constexpr bool has_schedule = !std::is_same_v<decltype(Options::schedule), schedules::Unscheduled>;

    /// How many samples are trained on when a share is held out.
    std::size_t trained(std::size_t count) const {
        const double share = options_.validation.share;
        const std::size_t result = share > 0 && share < 1 ? options_.validation.trained(count) : 0;
        if (result == 0 || result == count)
            throw Error(
                "fit: expected a share to hold out that leaves samples to train and to validate on, got " +
                std::to_string(share) + " of " + std::to_string(count));
        return result;
    }

    // What a callback's context shows and asks for.
    bool is_continued() const noexcept { return is_continued_; }
    const Position& shown() const noexcept { return shown_; }
    bool has_validation() const noexcept {
        if constexpr (std::is_pointer_v<Validation>)
            return options_.validation != nullptr;
        else
            return validates;
    }
    bool is_stopping() const noexcept {
        return position_.is_stopping || position_.epoch >= position_.last_epoch;
    }
    void stop() noexcept {
        position_.is_stopping = position_.batch > 0;
        position_.last_epoch = position_.epoch + position_.is_stopping;
        position_.has_fixed_end = true;
    }
    void pause() noexcept { is_pausing_ = true; }
    std::vector<NamedValue> values() const {
        if (!values_.empty())
            return values_;
        std::vector<NamedValue> result;
        measured_.append_to(result);
        return result;
    }

    template <class Data>
    void check_finite(const Data& data, const char* who) const {
        if constexpr (!PreparesBatches<Data>)
            if (!options_.allow_not_finite)
                detail::check_finite_data(data, who);
    }

    /// `validation` is null where there are no data to validate on.
    template <class Data, class Held>
    void check(const Data& data, [[maybe_unused]] const Held* validation) const {
        detail::check_data<Net>(data, options_.loss, "fit");
        check_finite(data, "fit");
        if constexpr (validates)
            if (validation != nullptr) {
                detail::check_data<Net>(*validation, options_.loss, "fit: validation");
                check_finite(*validation, "fit: validation");
            }
        if constexpr (has_schedule) {
            detail::check_schedule(options_.schedule, "fit");
            detail::check_learning_rate(options_.schedule(trainer_->steps()), "fit", ".schedule");
        } else if constexpr (optimizers::has_learning_rate<Optimizer>) {
            detail::check_learning_rate(static_cast<double>(optimizers::learning_rate(trainer_->optimizer)),
                                        "fit");
        }
    }

    /// The run that is under way, or else one of `options.epochs` epochs more.
    void begin(std::size_t samples) {
        is_continued_ = position_.epoch < position_.last_epoch;
        is_pausing_ = false;
        if (!is_continued_) {
            if (options_.epochs > most_epochs - position_.epoch)
                throw Error("fit: expected at most " + std::to_string(most_epochs) + " epochs in all, got " +
                            std::to_string(options_.epochs) + " after " + std::to_string(position_.epoch));
            position_ = {.epoch = position_.epoch,
                         .last_epoch = position_.epoch + options_.epochs,
                         .first_epoch = position_.epoch};
            history_ = {};
        } else if (position_.batch > 0 && position_.samples != samples) {
            throw Error("fit: expected the " + std::to_string(position_.samples) +
                        " samples in whose middle the run stopped, got " + std::to_string(samples));
        }
        position_.samples = samples;
        shown_ = position_;
    }

    template <class Data, class Held>
    History train(const Data& data, const Held* validation, std::size_t until) {
        check(data, validation);
        begin(data.size());
        std::optional<Progress> progress;
        if (options_.verbose)
            progress.emplace(options_.progress);
        Context context(*this);
        detail::examine_callbacks<Context>(options_.callbacks);
        // The progress is the first, so that what others print comes behind its line.
        const auto tell = [&](auto event) {
            if (progress)
                event(*progress);
            detail::for_each_callback(options_.callbacks, event);
        };

        tell([&](auto& each) {
            if constexpr (requires { each.on_fit_begin(context); })
                each.on_fit_begin(context);
        });
        detail::BatchBuffer<Net, Loss, Scalar> buffer(batch_size);
        while (position_.epoch < std::min(position_.last_epoch, until) && !is_pausing_) {
            if (position_.batch == 0)
                measured_.reset();
            values_.clear();
            shown_ = position_;
            epoch_began_ = std::chrono::steady_clock::now();
            tell([&](auto& each) {
                if constexpr (requires { each.on_epoch_begin(context); })
                    each.on_epoch_begin(context);
            });
            train_batches(data, buffer, tell, context);
            if (position_.batch == 0 || (is_pausing_ && position_.batch < context.batches()))
                break;
            end_epoch(validation, tell, context);
        }
        tell([&](auto& each) {
            if constexpr (requires { each.on_fit_end(context); })
                each.on_fit_end(context);
        });
        return history_;
    }

    template <class Data, class Buffer, class Tell>
    void train_batches(const Data& data, Buffer& buffer, const Tell& tell, Context& context) {
        const auto train_rows = [&](std::size_t rows) {
            augment(buffer, rows);
            step(buffer, rows, context);
            ++position_.batch;
            shown_ = position_;
            tell([&](auto& each) {
                if constexpr (requires { each.on_batch_end(context); })
                    each.on_batch_end(context);
            });
        };
        if constexpr (PreparesBatches<Data>) {
            auto batches = data.batches(typename Data::Order{.seed = options_.seed,
                                                             .epoch = position_.epoch,
                                                             .batch_size = batch_size,
                                                             .shuffle = options_.shuffle,
                                                             .first_batch = position_.batch});
            while (!is_stopping() && !is_pausing_) {
                const auto* const loaded = batches.next();
                if (loaded == nullptr)
                    break;
                check_loaded(*loaded);
                for (std::size_t row = 0; row < loaded->size(); ++row)
                    buffer.put(row, *loaded, row);
                train_rows(loaded->size());
            }
        } else {
            const std::vector<std::size_t> order = this->order(data);
            for (std::size_t first = position_.batch * batch_size;
                 first < order.size() && !is_stopping() && !is_pausing_; first += batch_size) {
                const std::size_t rows = std::min(batch_size, order.size() - first);
                for (std::size_t row = 0; row < rows; ++row)
                    buffer.put(row, data, order[first + row]);
                train_rows(rows);
            }
        }
    }

    /// What `check` does of all data, of a batch that was prepared elsewhere.
    template <class Batch>
    void check_loaded(const Batch& batch) const {
        const std::string who = "fit: epoch " + std::to_string(position_.epoch + 1) + ", batch " +
                                std::to_string(position_.batch + 1);
        detail::check_all_labels<Net>(batch, options_.loss, who);
        if (!options_.allow_not_finite)
            detail::check_finite_data(batch, who);
    }

    template <class Held, class Tell>
    void end_epoch([[maybe_unused]] const Held* validation, const Tell& tell, Context& context) {
        std::vector<NamedValue> measured = values();
        if constexpr (validates)
            if (validation != nullptr) {
                detail::Measure<Net, Loss, Scalar, Metrics> on_validation(trainer_->loss, options_.metrics);
                detail::measure(*model_, *validation, trainer_->loss, on_validation);
                on_validation.append_to(measured, "val_");
            }
        history_.append(
            measured, std::chrono::duration<double>(std::chrono::steady_clock::now() - epoch_began_).count());
        values_ = std::move(measured);
        // What a checkpoint has from here on is that the epoch is done.
        ++position_.epoch;
        position_.batch = 0;
        position_.is_stopping = false;
        tell([&](auto& each) {
            if constexpr (requires { each.on_epoch_end(context); })
                each.on_epoch_end(context);
        });
    }

    /// The order of an epoch is a function of seed and epoch alone. Data may have one of their own, as
    /// `data::BalancedBatches` has: as many numbers of samples as there are samples.
    template <class Data>
    std::vector<std::size_t> order(const Data& data) const {
        const RandomStream stream{options_.seed, Purpose::shuffling,
                                  static_cast<std::uint32_t>(position_.epoch + 1)};
        if constexpr (requires { data.epoch_order(stream, options_.shuffle); }) {
            return data.epoch_order(stream, options_.shuffle);
        } else {
            std::vector<std::size_t> rows(data.size());
            std::iota(rows.begin(), rows.end(), std::size_t{0});
            if (options_.shuffle)
                shuffle(rows, stream);
            return rows;
        }
    }

    /// What it draws is a function of seed and step alone.
    void augment(detail::BatchBuffer<Net, Loss, Scalar>& buffer, std::size_t rows) {
        using Examined = detail::AugmentOf<Net, Options, Scalar>;
        static_cast<void>(core::DiagnosisOf<Examined>{});
        if constexpr (Examined::problem.empty() &&
                      !std::is_same_v<decltype(Options::augment), NoAugmentation>) {
            TrainingBatch<Net, Loss, Scalar> batch = buffer.to_change(rows);
            const RandomStream stream{options_.seed, Purpose::augmentation,
                                      static_cast<std::uint32_t>(trainer_->steps())};
            options_.augment(batch, stream);
        }
    }

    void step(const detail::BatchBuffer<Net, Loss, Scalar>& buffer, std::size_t rows, Context& context) {
        if constexpr (has_schedule)
            detail::check_learning_rate(options_.schedule(trainer_->steps()), "fit", ".schedule");
        const typename TrainerType::SamplesType samples = buffer.samples(rows);
        const auto sum = trainer_->step(
            samples,
            [&](auto output, const Scalar* outputs, std::size_t count) {
                measured_.template update<output.value>(outputs, std::get<output.value>(samples.targets),
                                                        count, samples.weights);
                detail::for_each_callback(options_.callbacks, [&](auto& each) {
                    if constexpr (requires { each.on_outputs(context, samples, output, outputs, count); })
                        each.on_outputs(context, samples, output, outputs, count);
                });
            },
            options_.schedule);
        measured_.add(trainer_->last_losses(), sum.penalty);
    }

    using Metrics = std::remove_cvref_t<decltype(std::declval<Options>().metrics)>;

    ModelType* model_;
    Options options_;
    std::unique_ptr<TrainerType> trainer_;
    detail::Measure<Net, Loss, Scalar, Metrics> measured_; // Of the epoch under way.
    std::vector<NamedValue> values_;                       // Of the epoch that ended last, until the next.
    History history_;
    Position position_;
    Position shown_; // To callbacks: the epoch that they are called for, also when it has just ended.
    std::chrono::steady_clock::time_point epoch_began_{};
    bool is_continued_ = false, is_pausing_ = false;
};

/// Trains a model on data: epochs over the shuffled samples, batch by batch, the last one possibly smaller.
///
/// A sample of a network of several inputs has them one after the other. One loss an output:
/// `losses::PerOutput`; a sample's targets are then those of each output one after the other, labels among
/// them as numbers. Returns the loss and metrics of each epoch. Throws Error if the data do not fit the
/// network, or if an input, a target or a weight is no finite number (unless `allow_not_finite`).
template <class Net, class Scalar, class Data, class Options = Fit<>>
History fit(Model<Net, Scalar>& model, const Data& data, const Options& options = {}) {
    if constexpr (!detail::fit_is_right<Options>)
        return static_cast<void>(core::DiagnosisOf<detail::ExaminedFit<Options>>{}), History{};
    else if constexpr (!loss_fits<Net, decltype(Options::loss)>)
        return static_cast<void>(core::DiagnosisOf<detail::ExaminedLoss<Net, decltype(Options::loss)>>{}),
               History{};
    else if constexpr (!detail::AugmentOf<Net, Options, Scalar>::problem.empty())
        return static_cast<void>(core::DiagnosisOf<detail::AugmentOf<Net, Options, Scalar>>{}), History{};
    else
        return Session<Net, Scalar, Options>(model, options).run(data);
}

/// Not for networks as values: they have no parameters. Refused with a sentence that says so.
template <class Net, class Data, class Options = Fit<>>
    requires engine::is_network_form<Net>
History fit(const Net&, const Data&, const Options& = {}) {
    return static_cast<void>(core::DiagnosisOf<detail::NoModel<"fit", Net>>{}), History{};
}

} // namespace burin
