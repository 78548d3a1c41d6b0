#pragma once

#include "burin/callbacks/monitor.hpp"
#include "burin/callbacks/state.hpp"
#include "burin/core/error.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::callbacks {

/// Stops the training where what it monitors gets no better for `patience` epochs. As Keras's EarlyStopping:
/// an epoch is better if it beats the best one by more than `min_delta`; with a `baseline` patience is used
/// up until that, too, is beaten. The first epoch never stops it.
///
///     EarlyStopping stopping{.patience = 5, .restore_best_weights = true};
///     fit(model, train, Fit{.epochs = 100, .validation = &test, .callbacks = &stopping});
///     // stopping.best_epoch, stopping.best
///
/// What it judges and restores are the weights that are trained, not those that an optimizer averages
/// (`UseAverage` refuses `restore_best_weights`). Throws Error, before the first epoch, if what it monitors
/// is not measured, or if its name does not say which way is better.
struct EarlyStopping {
    std::string monitor = "val_loss";
    double min_delta = 0;        ///< What a change must exceed to be one.
    std::size_t patience = 0;    ///< Epochs without getting better after which it stops.
    Mode mode = Mode::automatic; ///< Whether smaller or larger is better; by default as the name says.
    std::optional<double> baseline{};
    bool restore_best_weights = false; ///< Whether the model ends with the weights of the best epoch (also
                                       ///< where nothing stopped it) instead of the last.
    std::size_t start_from_epoch = 0;  ///< Epochs at the start that do not count.

    // What it found.
    double best = std::numeric_limits<double>::quiet_NaN(); ///< NaN: nothing yet.
    std::size_t best_epoch = 0;                             ///< 1 being the first.
    std::size_t stopped_epoch = 0;                          ///< 0: it did not stop the training.
    std::size_t waited = 0;                                 ///< Epochs since the last that was better.
    std::vector<double> best_weights{};                     ///< If they are to be restored.

    template <class Context>
    void on_fit_begin(Context& context) {
        static_cast<void>(detail::Monitor("callbacks::EarlyStopping", monitor, mode, context));
        if (!context.is_continued()) {
            best = std::numeric_limits<double>::quiet_NaN();
            best_epoch = stopped_epoch = waited = 0;
            best_weights.clear();
        }
    }

    template <class Context>
    void on_epoch_end(Context& context) {
        const detail::Monitor monitored = watched();
        const double value = monitored.value_in(context.values());
        if (context.epoch() <= start_from_epoch)
            return;
        if (restore_best_weights && best_weights.empty())
            remember(context);
        ++waited;
        const bool has_best = best == best;
        if (monitored.improves(value, has_best ? best : monitored.worst(), min_delta)) {
            best = value;
            remember(context);
            if (!baseline || monitored.improves(value, *baseline, min_delta))
                waited = 0;
        } else if (waited >= patience && context.epoch() > 1) {
            stopped_epoch = context.epoch();
            context.stop();
        }
    }

    template <class Context>
    void on_fit_end(Context& context) {
        auto& weights = context.model().parameters().values; // Statistics of BatchNorm among them.
        // One that pauses goes on with its own.
        if (!restore_best_weights || !context.is_stopping() || best_weights.empty())
            return;
        if (best_weights.size() != weights.size())
            throw Error("callbacks::EarlyStopping: expected " + std::to_string(weights.size()) +
                        " best weights in the checkpoint, got " + std::to_string(best_weights.size()));
        std::transform(best_weights.begin(), best_weights.end(), weights.begin(), [](double weight) {
            return static_cast<std::remove_cvref_t<decltype(weights[0])>>(weight);
        });
    }

    std::string state_key() const { return detail::key_of(monitor, mode); } ///< @private
    void save(State& state) const {
        state["best"] = {best};
        state["epochs"] = {static_cast<double>(best_epoch), static_cast<double>(stopped_epoch),
                           static_cast<double>(waited)};
        state["best_weights"] = best_weights;
    }
    void load(const State& state) {
        const std::vector<double>& epochs =
            detail::numbers_in(state, "epochs", 3, "callbacks::EarlyStopping");
        const double loaded_best = detail::numbers_in(state, "best", 1, "callbacks::EarlyStopping")[0];
        const auto weights = state.find("best_weights");
        best_weights = weights == state.end() ? std::vector<double>{} : weights->second;
        best = loaded_best;
        best_epoch = detail::to_count(epochs[0]);
        stopped_epoch = detail::to_count(epochs[1]);
        waited = detail::to_count(epochs[2]);
    }

  private:
    detail::Monitor watched() const { return {"callbacks::EarlyStopping", monitor, mode}; }

    template <class Context>
    void remember(Context& context) {
        best_epoch = context.epoch();
        if (restore_best_weights) {
            const auto& weights = context.model().parameters().values;
            best_weights.assign(weights.begin(), weights.end());
        }
    }
};

} // namespace burin::callbacks
