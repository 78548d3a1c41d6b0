// Callbacks that look at the clock, and functions as callbacks.

#include "burin/callbacks/events.hpp"
#include "burin/callbacks/remote_progress.hpp"
#include "burin/callbacks/time_limit.hpp"

#include "support/error_of.hpp"
#include "support/told_context.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>

using namespace burin;

TEST_CASE("TimeLimit: stops in the batch in which the time is over, that before a checkpoint included") {
    double now = 1000;
    ToldModel model;
    ToldContext context(model);
    callbacks::TimeLimit limit{.seconds = 10, .clock = [&now] { return now; }};
    limit.on_fit_begin(context);
    now += 9;
    limit.on_batch_end(context);
    CHECK(!context.stopping);
    callbacks::State state;
    limit.save(state);
    now += 1;
    limit.on_batch_end(context);
    CHECK(context.stopping);
    limit.on_fit_end(context);
    now += 100;
    CHECK(limit.elapsed() == 10);

    callbacks::TimeLimit other{.seconds = 10, .clock = [&now] { return now; }};
    other.load(state);
    ToldContext continued(model);
    continued.continued = true;
    other.on_fit_begin(continued);
    now += 0.5;
    other.on_batch_end(continued);
    CHECK(!continued.stopping);
    now += 0.5;
    other.on_batch_end(continued);
    CHECK(continued.stopping);
    CHECK(error_of([&] { other.load({{"seconds", {1, 2}}}); }) ==
          "callbacks::TimeLimit: expected 1 numbers of 'seconds' in a checkpoint, got 2");
}

TEST_CASE("TimeLimit: refuses what is no number") {
    ToldModel model;
    ToldContext context(model);
    callbacks::TimeLimit limit{.seconds = std::nan("")};
    CHECK(error_of([&] { limit.on_fit_begin(context); }) ==
          "callbacks::TimeLimit: expected a number of seconds, got nan");
}

TEST_CASE("TimeLimit: one that pauses counts the time of this program alone") {
    double now = 0;
    ToldModel model;
    ToldContext context(model);
    callbacks::TimeLimit limit{.seconds = 10, .pauses = true, .clock = [&now] { return now; }};
    limit.load({{"seconds", {9}}});
    context.continued = true;
    limit.on_fit_begin(context);
    now = 9.5;
    limit.on_batch_end(context);
    CHECK(!context.paused);
    now = 10;
    limit.on_batch_end(context);
    CHECK(context.paused);
    CHECK(!context.stopping);
}

TEST_CASE("RemoteProgress: plain lines, no more often than asked, and one at the end") {
    std::FILE* const file = std::tmpfile();
    double now = 100;
    ToldModel model;
    ToldContext context(model);
    context.last = 3;
    callbacks::RemoteProgress progress{.seconds = 10, .stream = file, .clock = [&now] { return now; }};
    progress.on_fit_begin(context);
    for (context.now = 1; context.now <= 3; ++context.now) {
        context.batches_done = 0;
        progress.on_epoch_begin(context);
        for (context.batches_done = 1; context.batches_done <= 4; ++context.batches_done) {
            now += 2;
            context.measured = {{"loss", 0.5}};
            progress.on_batch_end(context);
        }
        progress.on_epoch_end(context);
    }
    std::rewind(file);
    std::string text(1000, ' ');
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    CHECK(text == "Epoch 1/3  10/40  5 samples/s  6.0 s left  loss 0.5\n"
                  "Epoch 2/3  20/40  5 samples/s  4.0 s left  loss 0.5\n"
                  "Epoch 3/3  30/40  5 samples/s  2.0 s left  loss 0.5\n"
                  "Epoch 3/3  8.0 s  5 samples/s  loss 0.5\n");
}

TEST_CASE("OnEpochEnd and its like: a function is called when the name says") {
    ToldModel model;
    ToldContext context(model);
    std::string calls;
    const auto noting = [&calls](const char* what) {
        return [&calls, what](auto& told) { calls += what + std::to_string(told.epoch()); };
    };
    callbacks::OnFitBegin{noting("fit")}.on_fit_begin(context);
    callbacks::OnEpochBegin{noting("begin")}.on_epoch_begin(context);
    callbacks::OnBatchEnd{noting("batch")}.on_batch_end(context);
    callbacks::OnEpochEnd stops{[](auto& told) { told.stop(); }};
    stops.on_epoch_end(context);
    callbacks::OnFitEnd{noting("end")}.on_fit_end(context);
    CHECK(calls == "fit1begin1batch1end1");
    CHECK(context.stopping);
}
