#pragma once

#include "burin/callbacks/monitor.hpp"
#include "burin/callbacks/state.hpp"
#include "burin/core/text.hpp"
#include "burin/schedules/reduce_on_plateau.hpp"
#include "burin/schedules/schedule.hpp"
#include "burin/training/callback_state.hpp"

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::callbacks {

/// Multiplies the optimizer's learning rate by `factor` when what is monitored has not become better in more
/// than `patience` epochs: `schedules::ReduceOnPlateau`, whose options these are, at the end of each epoch.
/// Keras's ReduceLROnPlateau, with PyTorch's defaults.
///
///     fit(model, train, Fit{.epochs = 50, .validation = &test,
///                           .callbacks = callbacks::ReduceLearningRate{.factor = 0.5, .patience = 3}});
///
/// Throws Error if nothing of that name is measured. Not together with `Fit{.schedule = …}`: that does not
/// compile.
struct ReduceLearningRate {
    std::string monitor = "val_loss"; ///< A loss or metric by its name, as the progress shows it.
    Mode mode = Mode::automatic;      ///< Whether more of it is better, if the name does not say.
    double factor = 0.1;
    std::uint64_t patience = 10; ///< Epochs.
    double threshold = 1e-4;     ///< By how much better it has to be.
    bool relative = true;        ///< Whether the threshold is a part of the best value.
    std::uint64_t cooldown = 0;  ///< Epochs after a reduction that do not count.
    double floor = 0;            ///< The rate does not fall below it.
    double least_change = 1e-8;  ///< Nor by less than this.

    /// What it remembers between epochs.
    schedules::ReduceOnPlateau::Memory memory{};
    double learning_rate = 0; ///< As it is since the last epoch; 0 before the first.

    template <class Fit>
    static constexpr Sentence reject() {
        Sentence sentence;
        if (!std::is_same_v<decltype(Fit::schedule), schedules::Unscheduled>)
            sentence.append("ReduceLearningRate: expected Fit without `.schedule`, which sets the "
                            "rate of each step itself, got one; leave out one of them");
        return sentence;
    }

    template <class Context>
    void on_fit_begin(Context& context) {
        static_cast<void>(detail::Monitor("ReduceLearningRate", monitor, mode, context));
        if (!context.is_continued()) {
            memory = {};
            learning_rate = 0;
        } else if (learning_rate > 0) {
            learning_rate = context.learning_rate(); // The checkpoint's, unless the program gave another.
        }
    }

    template <class Context>
    void on_epoch_end(Context& context) {
        const detail::Monitor monitored = watched();
        schedules::ReduceOnPlateau plateau{
            .learning_rate = context.learning_rate(),
            .better = monitored.mode() == Mode::min ? schedules::Better::lower : schedules::Better::higher,
            .factor = factor,
            .patience = patience,
            .threshold = threshold,
            .relative = relative,
            .cooldown = cooldown,
            .floor = floor,
            .least_change = least_change,
            .memory = memory};
        learning_rate = plateau.update(monitored.value_in(context.values()));
        memory = plateau.memory;
        context.set_learning_rate(learning_rate);
    }

    std::string state_key() const { return detail::key_of(monitor, mode); } ///< @private
    void save(State& state) const {
        state["best"] = {memory.best};
        state["learning_rate"] = {learning_rate};
        state["epochs"] = {static_cast<double>(memory.waited), static_cast<double>(memory.cooling)};
    }
    void load(const State& state) {
        const std::vector<double>& epochs = detail::numbers_in(state, "epochs", 2, "ReduceLearningRate");
        const double best = detail::numbers_in(state, "best", 1, "ReduceLearningRate")[0];
        learning_rate = detail::numbers_in(state, "learning_rate", 1, "ReduceLearningRate")[0];
        memory = {
            .best = best, .waited = detail::to_count(epochs[0]), .cooling = detail::to_count(epochs[1])};
    }

  private:
    detail::Monitor watched() const { return {"ReduceLearningRate", monitor, mode}; }
};

} // namespace burin::callbacks
