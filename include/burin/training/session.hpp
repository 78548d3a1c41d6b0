#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/parallel/team.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/callback.hpp"
#include "burin/training/epoch_batches.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit_options.hpp"
#include "burin/training/history.hpp"
#include "burin/training/measure.hpp"
#include "burin/training/misused_fit.hpp"
#include "burin/training/model.hpp"
#include "burin/training/parts.hpp"
#include "burin/training/progress.hpp"
#include "burin/training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin {

namespace fitting {

/// How far a session got: what is done, and of what. A run that `pause()` ended, or a checkpoint has from its
/// middle, is under way: `epoch < last_epoch`.
struct Position {
    std::size_t epoch = 0;      ///< Epochs that are done.
    std::size_t batch = 0;      ///< Batches of the next one that are done.
    std::size_t last_epoch = 0; ///< How many are done at the end of the run.
    std::size_t samples = 0;    ///< Of the data set of the run.
    /// Whether the epoch under way, and the run, end with the batches that are done.
    bool is_stopping = false;
    std::size_t first_epoch = 0; ///< How many were done where the run began.
    bool has_fixed_end = false;  ///< Whether `stop()` set the end of the run, and not `Fit{.epochs}`.
};

} // namespace fitting

namespace detail {

/// What is trained on, and what is validated on: data, or a pointer to them that may be null.
template <class Trained, class Held>
struct Parts {
    Trained trained;
    Held held;

    auto validation() const noexcept {
        if constexpr (std::is_pointer_v<Held>)
            return held;
        else
            return &held;
    }
};

} // namespace detail

/// Training of one model that can be continued: what `fit` makes, runs once and forgets. Save and load it
/// with `io::save` and `io::load`, also in the middle of a run and of an epoch; it then goes on with the same
/// bits.
template <class Net, class Scalar, class Options>
class Session : private core::DiagnosisOf<detail::ExaminedFit<Options>> {
    using Loss = decltype(Options::loss);
    using Optimizer = decltype(Options::optimizer);
    static constexpr bool has_threads = std::is_integral_v<decltype(Options::threads)>;
    using Workers = std::conditional_t<has_threads, parallel::Team, fitting::OneThread>;
    using Context = fitting::CallbackContext<Session>;
    friend Context;

  public:
    static constexpr std::size_t batch_size = decltype(Options::batch_size)::value;
    using ModelType = Model<Net, Scalar>;
    using TrainerType = Trainer<Net, Loss, Optimizer, batch_size, Scalar, Workers>;

    /// The model must outlive the session. It remembers the loss, for `predict_proba`.
    Session(ModelType& model, Options options)
        : model_(&model), options_(std::move(options)), workers_(make_workers()),
          trainer_(core::within_memory("fit", [&] { return make_trainer(); })),
          measured_(trainer_->loss, options_.metrics) {
        model.set_links(fitting::links_of<Net, Loss>);
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
    // Not by within_memory, whose frames would stand between fit and each kernel.
    template <class Data>
    History run(const Data& data, std::size_t until = most_epochs) try {
        const auto parts = this->parts(data);
        check(parts.trained, parts.validation());
        begin(parts.trained.size());
        std::optional<fitting::Progress> progress;
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
            train_epoch(parts.trained, buffer, tell, context);
            if (position_.batch == 0 || (is_pausing_ && position_.batch < context.batches()))
                break;
            end_epoch(parts.validation(), tell, context);
        }
        tell([&](auto& each) {
            if constexpr (requires { each.on_fit_end(context); })
                each.on_fit_end(context);
        });
        return history_;
    } catch (const std::bad_alloc&) {
        core::refuse_memory("fit");
    } catch (const std::length_error&) {
        core::refuse_memory("fit");
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
    const fitting::Position& position() const noexcept { return position_; }
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
    void resume(const fitting::Position& position, History history = {},
                const std::vector<double>& measured = {}) {
        position_ = position;
        history_ = std::move(history);
        measured_.restore(measured);
        values_.clear();
    }

  private:
    using Validation = std::remove_cv_t<decltype(Options::validation)>;
    static constexpr bool validates = !std::is_same_v<Validation, fitting::NoValidation>;
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

    /// The samples that are trained on, and those that are validated on.
    template <class Data>
    auto parts(const Data& data) const {
        if constexpr (std::is_same_v<Validation, HeldOut>) {
            static_assert(!fitting::PreparesBatches<Data>,
                          "Fit{.validation = HeldOut{…}} takes a data set: split it "
                          "first, and give a Loader of one part");
            const std::size_t count = trained(data.size());
            return detail::Parts<Data, Data>{data.subset(0, count), data.subset(count, data.size() - count)};
        } else if constexpr (std::is_pointer_v<Validation>) {
            return detail::Parts<const Data&, Validation>{data, options_.validation};
        } else {
            return detail::Parts<const Data&, const Validation*>{data, &options_.validation};
        }
    }

    auto make_workers() const {
        if constexpr (has_threads) {
            constexpr auto most = static_cast<int>(parallel::most_threads);
            if (std::cmp_less(options_.threads, 0) || std::cmp_greater(options_.threads, most))
                throw Error("fit: .threads: expected 0, for all of the pool, to " + std::to_string(most) +
                            " threads, got " + std::to_string(options_.threads));
            if (!parallel::has_pool && options_.verbose && !std::cmp_equal(options_.threads, 1))
                std::fputs("fit: one thread, whatever .threads says: this program is built without oneTBB "
                           "(-DBURIN_HAS_TBB -ltbb, or the dependency burin-parallel)\n",
                           options_.progress.stream);
            return std::make_unique<Workers>(static_cast<std::size_t>(options_.threads));
        } else {
            return fitting::OneThread{};
        }
    }

    std::unique_ptr<TrainerType> make_trainer() {
        if constexpr (has_threads)
            return std::make_unique<TrainerType>(model_->parameters(), options_.loss, options_.optimizer,
                                                 options_.seed, *workers_);
        else
            return std::make_unique<TrainerType>(model_->parameters(), options_.loss, options_.optimizer,
                                                 options_.seed);
    }

    /// Calls `gather(workers)`, which takes as long as if it read or wrote the samples of a batch `Sweeps`
    /// times.
    template <std::size_t Sweeps, class Gather>
    auto with_workers(const Gather& gather) {
        if constexpr (has_threads &&
                      fitting::nanoseconds_of_sweep<Scalar>(batch_size * engine::Network<Net>::sample_size,
                                                            Sweeps) >= fitting::least_shared_nanoseconds)
            return gather(*workers_);
        else
            return gather(fitting::InTurn{});
    }

    // What a callback's context shows and asks for.
    bool is_continued() const noexcept { return is_continued_; }
    const fitting::Position& shown() const noexcept { return shown_; }
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
        if constexpr (!fitting::PreparesBatches<Data>)
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

    /// The batches of the epoch under way that are not done.
    template <class Data, class Buffer, class Tell>
    void train_epoch(const Data& data, Buffer& buffer, const Tell& tell, Context& context) {
        detail::EpochBatches<Data> batches(data, {.seed = options_.seed,
                                                  .epoch = position_.epoch,
                                                  .batch_size = batch_size,
                                                  .shuffle = options_.shuffle,
                                                  .first_batch = position_.batch});
        constexpr std::size_t copying = 2, reading_and_augmenting = 8;
        const auto next = [&] {
            return with_workers<reading_and_augmenting>(
                [&](auto&& workers) { return batches.next(workers); });
        };
        while (!is_stopping() && !is_pausing_ && next()) {
            if constexpr (fitting::PreparesBatches<Data>)
                check_loaded(batches.loaded());
            const std::size_t rows =
                with_workers<copying>([&](auto&& workers) { return batches.put_into(buffer, workers); });
            augment(buffer, rows);
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
            ++position_.batch;
            shown_ = position_;
            tell([&](auto& each) {
                if constexpr (requires { each.on_batch_end(context); })
                    each.on_batch_end(context);
            });
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
                if constexpr (has_threads)
                    detail::measure(*model_, *validation, trainer_->loss, on_validation, *workers_);
                else
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

    /// What it draws is a function of seed and step alone.
    void augment(detail::BatchBuffer<Net, Loss, Scalar>& buffer, std::size_t rows) {
        using Examined = detail::AugmentOf<Net, Options, Scalar>;
        static_cast<void>(core::DiagnosisOf<Examined>{});
        if constexpr (Examined::problem.empty() &&
                      !std::is_same_v<decltype(Options::augment), fitting::NoAugmentation>) {
            fitting::TrainingBatch<Net, Loss, Scalar> batch = buffer.to_change(rows);
            const RandomStream stream{options_.seed, Purpose::augmentation,
                                      static_cast<std::uint32_t>(trainer_->steps())};
            options_.augment(batch, stream);
        }
    }

    using Metrics = std::remove_cvref_t<decltype(std::declval<Options>().metrics)>;

    ModelType* model_;
    Options options_;
    std::conditional_t<has_threads, std::unique_ptr<Workers>, fitting::OneThread> workers_;
    std::unique_ptr<TrainerType> trainer_;
    detail::Measure<Net, Loss, Scalar, Metrics> measured_; // Of the epoch under way.
    std::vector<NamedValue> values_;                       // Of the epoch that ended last, until the next.
    History history_;
    fitting::Position position_;
    /// To callbacks: that of the epoch that they are called for, also when it has just ended.
    fitting::Position shown_;
    std::chrono::steady_clock::time_point epoch_began_{};
    bool is_continued_ = false, is_pausing_ = false;
};

} // namespace burin
