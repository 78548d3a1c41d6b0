#pragma once

#include "burin/training/progress.hpp"

#include <cstdio>
#include <functional>
#include <optional>

namespace burin::callbacks {

/// The progress in plain lines, no more often than every so many seconds, whatever the stream is: for logs of
/// remote jobs, files and pipes. Give `.verbose = false` beside it, so that there is no second progress.
///
///     Fit{.callbacks = callbacks::RemoteProgress{.seconds = 30}, .verbose = false}
///
/// Prints `Epoch 3/10  400/1000  200 samples/s  3.0 s left  loss 0.1`, and at the end of an epoch what took
/// how long. The last epoch of a run always has its line.
struct RemoteProgress {
    double seconds = 10;
    std::FILE* stream = stderr;
    std::function<double()> clock = fitting::Progress::Options{}.clock; ///< Seconds.

    template <class Context>
    void on_fit_begin(Context&) {
        progress_.emplace(fitting::Progress::Options{
            .stream = stream, .terminal = false, .clock = clock, .line_seconds = seconds});
    }
    template <class Context>
    void on_epoch_begin(Context& context) {
        progress_->on_epoch_begin(context);
    }
    template <class Context>
    void on_batch_end(Context& context) {
        progress_->on_batch_end(context);
    }
    template <class Context>
    void on_epoch_end(Context& context) {
        progress_->on_epoch_end(context);
    }

    std::optional<fitting::Progress> progress_{}; ///< @private
};

} // namespace burin::callbacks
