#pragma once

#include "burin/callbacks/file_name.hpp"
#include "burin/callbacks/monitor.hpp"
#include "burin/callbacks/state.hpp"
#include "burin/io/save.hpp"
#include "burin/training/history.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

namespace burin::callbacks {

/// Saves the session while it trains, whole or not at all, so that a training that is killed goes on from
/// there with the same bits; or only the model. As Keras's ModelCheckpoint.
///
///     Fit{.callbacks = std::tuple{Checkpoint{.path = "last.safetensors", .every_batches = 500},
///                                 Checkpoint{.path = "best.safetensors", .best_only = true},
///                                 Checkpoint{.path = "epoch-{epoch:3}-{val_loss:.4}.safetensors",
///                                            .keep = 5}}}
///
/// In the path stand `{epoch}`, `{batch}`, `{step}` and the names of what is measured; `{epoch:3}` has zeros
/// in front up to three digits, `{val_loss:.4}` four digits behind the point. Directories are made. It runs
/// behind the other callbacks, so that it has what they made of the epoch; the end of the run is saved after
/// they have seen it, and so is the place where a run pauses. UseAverage runs last, too: put it before this.
/// Throws Error if the file can't be written, what was there before then stays, or if what the path or
/// `monitor` names is not measured.
struct Checkpoint {
    static constexpr bool runs_last = true;

    std::string path = "checkpoint.safetensors";
    std::size_t every_epochs = 1;  ///< 0: not at the end of epochs.
    std::size_t every_batches = 0; ///< Steps; 0: not within epochs.
    bool best_only = false;        ///< Only where what it monitors is better than ever before.
    std::string monitor = "val_loss";
    Mode mode = Mode::automatic;
    std::size_t keep = 0;      ///< How many of the newest files stay, where the path has values; 0: all.
    bool weights_only = false; ///< The model (`io::load(path, model)`) instead of the session.

    // What it found.
    double best = std::numeric_limits<double>::quiet_NaN(); ///< NaN: nothing yet.
    std::vector<double> kept{};                             ///< @private values in the names of files
    bool is_due = false;                                    ///< @private

    template <class Context>
    void on_fit_begin(Context& context) {
        if (best_only)
            static_cast<void>(detail::Monitor("callbacks::Checkpoint", monitor, mode, context));
        is_due = false;
        if (!context.is_continued()) {
            best = std::numeric_limits<double>::quiet_NaN();
            kept.clear();
        }
    }
    template <class Context>
    void on_batch_end(Context& context) {
        if (every_batches > 0 && context.step() % every_batches == 0)
            save_if_better(context);
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        if (every_epochs == 0 || context.epoch() % every_epochs != 0)
            return;
        // What others do at the end of the run belongs to it, unless this is about the epoch alone.
        if (context.is_stopping() && !best_only)
            is_due = true;
        else
            save_if_better(context);
    }
    template <class Context>
    void on_fit_end(Context& context) {
        if (is_due || (!best_only && !context.is_stopping()))
            write(context);
        is_due = false;
    }

    /// @private
    std::string state_key() const { return best_only ? detail::key_of(monitor, mode) : ""; }
    void save(State& state) const {
        state["best"] = {best};
        state["kept"] = kept;
    }
    void load(const State& state) {
        best = detail::numbers_in(state, "best", 1, "callbacks::Checkpoint")[0];
        const auto found = state.find("kept");
        kept = found == state.end() ? std::vector<double>{} : found->second;
    }

  private:
    detail::Monitor watched() const { return {"callbacks::Checkpoint", monitor, mode}; }

    template <class Context>
    void save_if_better(Context& context) {
        if (best_only) {
            const detail::Monitor monitored = watched();
            const double value = monitored.value_in(context.values());
            if (!monitored.improves(value, best == best ? best : monitored.worst()))
                return;
            best = value;
        }
        write(context);
    }

    template <class Context>
    void write(Context& context) {
        const detail::FileName name(path, "callbacks::Checkpoint");
        std::vector<NamedValue> values{{"epoch", static_cast<double>(context.epoch())},
                                       {"batch", static_cast<double>(context.batch())},
                                       {"step", static_cast<double>(context.step())}};
        if (name.needs_values())
            for (const NamedValue& each : context.values())
                values.push_back(each);
        const std::vector<double> own = name.values_from(values);
        const std::string file = name.with(own);
        // The file knows itself, and those that it outlives: these are deleted when it is there.
        const auto count = static_cast<std::ptrdiff_t>(own.size());
        for (auto each = kept.begin(); kept.end() - each >= count && count > 0;)
            each = std::equal(own.begin(), own.end(), each) ? kept.erase(each, each + count) : each + count;
        kept.insert(kept.end(), own.begin(), own.end());
        detail::make_directory_of(file);
        if (weights_only)
            io::save(file, context.model());
        else
            io::save(file, context.session());
        while (keep > 0 && count > 0 && kept.size() > keep * own.size()) {
            std::remove(name.with({kept.begin(), kept.begin() + count}).c_str());
            kept.erase(kept.begin(), kept.begin() + count);
        }
        if (keep == 0)
            kept.clear();
    }
};

} // namespace burin::callbacks
