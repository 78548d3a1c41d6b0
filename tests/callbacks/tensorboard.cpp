#include "burin/callbacks/tensorboard.hpp"

#include "burin/graph/forms.hpp"
#include "burin/layers/dense.hpp"
#include "burin/training/model.hpp"
#include "support/event_records.hpp"
#include "support/files.hpp"
#include "support/told_context.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// All events of a run, those of its files one after the other.
std::vector<FoundEvent> events_in(const std::string& directory) {
    std::vector<FoundEvent> events;
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    for (const std::string& file : files)
        for (const FoundEvent& event : found_events(bytes_of(file)))
            events.push_back(event);
    return events;
}

std::string scalars(const std::vector<FoundEvent>& events) {
    std::string text;
    for (const FoundEvent& event : events)
        if (event.has_scalar)
            text += event.tag + " " + std::to_string(event.step) + " " + std::to_string(event.scalar) + "\n";
        else if (event.restarts)
            text += "restart " + std::to_string(event.step) + "\n";
        else if (event.has_histogram)
            text +=
                event.tag + " " + std::to_string(event.step) + " of " + std::to_string(event.count) + "\n";
    return text;
}

} // namespace

TEST_CASE("TensorBoard: values, those of validation in a run of their own, batches and histograms") {
    const TemporaryDirectory directory;
    Model<Sequential<Input<3>, Dense<2>>> model({.seed = 1});
    ToldContext context(model);
    callbacks::TensorBoard board{.directory = directory / "logs", .batches = 2, .histograms = 2};
    board.on_fit_begin(context);
    for (context.now = 1; context.now <= 2; ++context.now) {
        context.measured = {{"loss", 0.5}};
        for (int batch = 0; batch < 2; ++batch) {
            ++context.steps;
            board.on_batch_end(context);
        }
        context.measured = {{"loss", 0.25}, {"val_loss", 0.75}};
        board.on_epoch_end(context);
    }
    board.on_fit_end(context);
    CHECK(scalars(events_in(directory / "logs/train")) ==
          "epoch_loss 1 0.250000\nepoch_learning_rate 1 0.010000\nepoch_loss 2 0.250000\n"
          "epoch_learning_rate 2 0.010000\n0.weight 2 of 6.000000\n0.bias 2 of 2.000000\n");
    CHECK(scalars(events_in(directory / "logs/validation")) ==
          "epoch_loss 1 0.750000\nepoch_loss 2 0.750000\n");
    CHECK(scalars(events_in(directory / "logs/batches")) == "batch_loss 2 0.500000\nbatch_loss 4 0.500000\n");

    // A checkpoint of the third step knows of one epoch.
    context.continued = true;
    context.epochs_done = 1;
    context.steps = 3;
    board.on_fit_begin(context);
    board.on_fit_end(context);
    CHECK(scalars(events_in(directory / "logs/train")).ends_with("0.bias 2 of 2.000000\nrestart 2\n"));
    CHECK(scalars(events_in(directory / "logs/validation")).ends_with("\nrestart 2\n"));
    CHECK(scalars(events_in(directory / "logs/batches")).ends_with("\nrestart 4\n"));
}
