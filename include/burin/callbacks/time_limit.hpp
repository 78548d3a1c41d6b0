#pragma once

#include "burin/callbacks/state.hpp"
#include "burin/core/error.hpp"

#include <chrono>
#include <cmath>
#include <functional>

namespace burin::callbacks {

/// Stops the training at the end of the batch in which so many seconds are over, those before a checkpoint
/// that it goes on from included. As PyTorch Lightning's Timer.
///
///     Fit{.epochs = 1000, .callbacks = callbacks::TimeLimit{.seconds = 3600}}
///
/// If it `pauses`, only the time of this program counts, and the run is to be continued by the next, from a
/// checkpoint: for machines that give a job no more than so long. Throws Error for NaN seconds.
struct TimeLimit {
    double seconds = 3600;
    bool pauses = false;
    std::function<double()> clock = [] { ///< Seconds.
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    };

    // What it found.
    double before = 0; ///< Seconds of the run before it was continued.
    double start = 0;  ///< What the clock showed then.
    bool is_running = false;

    double elapsed() const { return is_running ? clock() - start + before : before; }

    template <class Context>
    void on_fit_begin(Context& context) {
        if (std::isnan(seconds))
            throw Error("callbacks::TimeLimit: expected a number of seconds, got nan");
        start = clock();
        is_running = true;
        if (!context.is_continued() || pauses)
            before = 0;
    }
    template <class Context>
    void on_batch_end(Context& context) {
        if (elapsed() < seconds)
            return;
        if (pauses)
            context.pause();
        else
            context.stop();
    }
    template <class Context>
    void on_fit_end(Context&) {
        before = elapsed();
        is_running = false;
    }

    void save(State& state) const { state["seconds"] = {elapsed()}; }
    void load(const State& state) {
        before = detail::numbers_in(state, "seconds", 1, "callbacks::TimeLimit")[0];
        is_running = false;
    }
};

} // namespace burin::callbacks
