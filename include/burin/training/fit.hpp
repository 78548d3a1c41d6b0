#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/training/batches.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/fit_options.hpp"
#include "burin/training/history.hpp"
#include "burin/training/measure.hpp"
#include "burin/training/misused_fit.hpp"
#include "burin/training/model.hpp"
#include "burin/training/progress.hpp"
#include "burin/training/trainer.hpp"

#include <algorithm>
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

/// Training of one model that can be continued: what `fit` makes, runs once and forgets. Save and load it
/// with `io::save` and `io::load`; it then goes on with the same bits.
template <class Net, class Scalar, class Options>
class Session : private DiagnosisOf<detail::ExaminedFit<Options>> {
    using Loss = decltype(Options::loss);
    using Optimizer = decltype(Options::optimizer);
    static constexpr std::size_t batch_size = decltype(Options::batch_size)::value;

  public:
    using ModelType = Model<Net, Scalar>;
    using TrainerType = Trainer<Net, Loss, Optimizer, batch_size, Scalar>;

    /// The model must outlive the session. It remembers the loss, for `predict_proba`.
    Session(ModelType& model, Options options)
        : model_(&model), options_(std::move(options)), trainer_(within_memory("fit", [&] {
              return std::make_unique<TrainerType>(model.parameters(), options_.loss, options_.optimizer,
                                                   options_.seed);
          })) {
        model.set_links(links_of<Net, Loss>);
    }

    /// Epochs are counted in 32 bits, as the random streams are that order their samples.
    static constexpr std::uint64_t most_epochs = std::numeric_limits<std::uint32_t>::max();

    /// Trains for `options.epochs` epochs more. Throws Error if the data do not fit the network or are not
    /// finite, or these are more than `most_epochs` in all.
    template <class Data>
    History run(const Data& data) {
        return within_memory("fit", [&] { return train(data); });
    }

    ModelType& model() noexcept { return *model_; }
    const ModelType& model() const noexcept { return *model_; }
    const Options& options() const noexcept { return options_; }
    TrainerType& trainer() noexcept { return *trainer_; }
    const TrainerType& trainer() const noexcept { return *trainer_; }

    /// Epochs trained so far.
    std::size_t epoch() const noexcept { return epoch_; }
    /// `epoch` is at most `most_epochs`.
    void resume(std::size_t epoch) noexcept { epoch_ = epoch; }

  private:
    static constexpr bool validates = !std::is_same_v<decltype(Options::validation), NoValidation>;

    /// The data to validate on; null if there are none.
    const auto* validation() const noexcept {
        if constexpr (std::is_pointer_v<decltype(Options::validation)>)
            return options_.validation;
        else
            return &options_.validation;
    }

    template <class Data>
    History train(const Data& data) {
        const auto* const validation = this->validation();
        detail::check_data<Net>(data, options_.loss, "fit");
        if constexpr (validates)
            if (validation != nullptr)
                detail::check_data<Net>(*validation, options_.loss, "fit: validation");
        if (!options_.allow_not_finite) {
            detail::check_finite_data(data, "fit");
            if constexpr (validates)
                if (validation != nullptr)
                    detail::check_finite_data(*validation, "fit: validation");
        }
        detail::check_learning_rate(trainer_->optimizer, "fit");
        if (options_.epochs > most_epochs - epoch_)
            throw Error("fit: expected at most " + std::to_string(most_epochs) + " epochs in all, got " +
                        std::to_string(options_.epochs) + " after " + std::to_string(epoch_));
        std::optional<Progress> progress;
        if (options_.verbose)
            progress.emplace(options_.progress);

        History history;
        detail::Measure<Net, Loss, Scalar, std::remove_cvref_t<decltype(options_.metrics)>> measured(
            options_.loss, options_.metrics);
        detail::BatchBuffer<Net, Loss, Scalar> buffer(batch_size);
        const std::size_t last_epoch = epoch_ + options_.epochs;
        while (epoch_ < last_epoch) {
            ++epoch_;
            if (progress)
                progress->begin_epoch(epoch_, last_epoch, data.size());
            measured.reset();
            const std::vector<std::size_t> order = this->order(data.size());
            for (std::size_t first = 0; first < order.size(); first += batch_size) {
                const std::size_t rows = std::min(batch_size, order.size() - first);
                for (std::size_t row = 0; row < rows; ++row)
                    buffer.put(row, data, order[first + row]);
                step(buffer, rows, measured);
                if (progress)
                    progress->update(first + rows, values(measured));
            }
            std::vector<NamedValue> measured_values = values(measured);
            if constexpr (validates) {
                if (validation != nullptr) {
                    measured.reset();
                    detail::measure(*model_, *validation, options_.loss, measured);
                    measured.append_to(measured_values, "val_");
                }
            }
            if (progress)
                progress->end_epoch(measured_values);
            history.append(measured_values);
        }
        return history;
    }

    /// The order of an epoch is a function of seed and epoch alone.
    std::vector<std::size_t> order(std::size_t count) const {
        std::vector<std::size_t> rows(count);
        std::iota(rows.begin(), rows.end(), std::size_t{0});
        if (options_.shuffle)
            shuffle(rows,
                    RandomStream{options_.seed, Purpose::shuffling, static_cast<std::uint32_t>(epoch_)});
        return rows;
    }

    template <class Measured>
    void step(const detail::BatchBuffer<Net, Loss, Scalar>& buffer, std::size_t rows, Measured& measured) {
        const typename TrainerType::SamplesType samples = buffer.samples(rows);
        const auto sum = trainer_->step(samples, [&](auto output, const Scalar* outputs, std::size_t count) {
            measured.template update<output.value>(outputs, std::get<output.value>(samples.targets), count);
        });
        measured.add(trainer_->last_losses(), sum.penalty);
    }

    template <class Measured>
    static std::vector<NamedValue> values(const Measured& measured) {
        std::vector<NamedValue> result;
        measured.append_to(result);
        return result;
    }

    ModelType* model_;
    Options options_;
    std::unique_ptr<TrainerType> trainer_;
    std::size_t epoch_ = 0;
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
        return static_cast<void>(DiagnosisOf<detail::ExaminedFit<Options>>{}), History{};
    else if constexpr (!loss_fits<Net, decltype(Options::loss)>)
        return static_cast<void>(DiagnosisOf<detail::ExaminedLoss<Net, decltype(Options::loss)>>{}),
               History{};
    else
        return Session<Net, Scalar, Options>(model, options).run(data);
}

/// Not for networks as values: they have no parameters. Refused with a sentence that says so.
template <class Net, class Data, class Options = Fit<>>
    requires is_network_form<Net>
History fit(const Net&, const Data&, const Options& = {}) {
    return static_cast<void>(DiagnosisOf<detail::NoModel<"fit", Net>>{}), History{};
}

} // namespace burin
