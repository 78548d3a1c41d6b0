#include "burin/callbacks/checkpoint.hpp"

#include "burin/callbacks/events.hpp"
#include "burin/data/dataset.hpp"
#include "burin/layers/dense.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/optimizers/sgd.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace burin;
using callbacks::Checkpoint;

namespace {

using Net = Sequential<Input<2>, Dense<1>>;

/// Sets the learning rate of an epoch.
struct Rates {
    std::vector<double> of_epochs;

    template <class Context>
    void on_epoch_begin(Context& context) {
        if (!of_epochs.empty())
            context.set_learning_rate(of_epochs[context.epoch() - 1]);
    }
    template <class Context>
    void on_fit_end(Context& context) {
        context.model()["0.bias"][0] = 42;
    }
};

const data::Dataset<float> samples(Shape(2), std::vector<float>(12, 1), std::vector<float>(6, 1));

auto session_with(Model<Net>& model, const Checkpoint& checkpoint, std::size_t epochs = 4,
                  std::vector<double> rates = {}) {
    return Session(model, Fit{.loss = losses::MeanSquaredError{},
                              .optimizer = optimizers::SGD{},
                              .batch_size = batch<2>,
                              .epochs = epochs,
                              .callbacks = std::tuple{checkpoint, Rates{std::move(rates)}},
                              .verbose = false});
}

/// The files that a training with a checkpoint leaves, in order.
std::vector<std::string> left_by(const TemporaryDirectory& directory, const Checkpoint& checkpoint,
                                 std::vector<double> rates = {}) {
    Model<Net> model({.seed = 1});
    session_with(model, checkpoint, 4, std::move(rates)).run(samples);
    std::vector<std::string> names = directory.names();
    std::sort(names.begin(), names.end());
    return names;
}
using Names = std::vector<std::string>;

} // namespace

TEST_CASE("Checkpoint: one file that is the last, with what others do at the end of the run") {
    const TemporaryDirectory directory;
    const std::string path = directory / "last";
    CHECK(left_by(directory, {.path = path}) == Names{"last"});
    Model<Net> model({.seed = 2});
    auto session = session_with(model, {.path = path});
    io::load(path, session);
    CHECK(session.is_finished());
    CHECK(session.epoch() == 4);
    CHECK(model["0.bias"][0] == 42);
    // The next run goes on from there.
    CHECK(session.run(samples).epochs() == 4);
    CHECK(session.epoch() == 8);
}

TEST_CASE("Checkpoint: every so many epochs or batches, under names with values, the newest of which stay") {
    {
        const TemporaryDirectory directory;
        CHECK(left_by(directory, {.path = directory / "{epoch:3}", .every_epochs = 2}) ==
              Names{"002", "004"});
    }
    {
        const TemporaryDirectory directory;
        CHECK(left_by(directory, {.path = directory / "e{epoch}-b{batch}-s{step:2}",
                                  .every_epochs = 0,
                                  .every_batches = 5}) == Names{"e2-b2-s05", "e4-b1-s10"});
    }
    {
        const TemporaryDirectory directory;
        CHECK(left_by(directory, {.path = directory / "{step:2}", .every_batches = 2, .keep = 3}) ==
              Names{"09", "10", "12"});
        CHECK(callbacks::newest_file(directory / "{step}").has_value());
    }
    {
        const TemporaryDirectory directory;
        const Names names = left_by(directory, {.path = directory / "deep/{epoch}-{loss:.3}", .keep = 1});
        CHECK(names == Names{"deep"});
        const auto newest = callbacks::newest_file(directory / "deep/{epoch}-{loss:.3}");
        REQUIRE(newest.has_value());
        CHECK(newest->starts_with(directory / "deep/4-"));
    }
}

TEST_CASE("Checkpoint: the best only, as a session or as weights") {
    const TemporaryDirectory directory;
    // At a rate of 0 the loss of an epoch is that where the one before ended: better, better, worse, better
    // or not.
    const std::vector<double> rates{0, 0.1, 0, 50};
    const Names names =
        left_by(directory, {.path = directory / "{epoch}", .best_only = true, .monitor = "loss"}, rates);
    CHECK(names == Names{"1", "2", "3"});
    const TemporaryDirectory weights;
    CHECK(left_by(weights,
                  {.path = weights / "best", .best_only = true, .monitor = "loss", .weights_only = true},
                  rates) == Names{"best"});
    Model<Net> best({.seed = 5}), third({.seed = 6});
    io::load(weights / "best", best);
    auto session = session_with(third, {});
    io::load(directory / "3", session);
    CHECK(best.parameters().values == third.parameters().values);
    CHECK(session.position().epoch == 3);
    CHECK(session.position().last_epoch == 4);
}

TEST_CASE("Checkpoint: a run that pauses is saved where it is") {
    const TemporaryDirectory directory;
    Model<Net> model({.seed = 1});
    auto options = session_with(model, {.path = directory / "paused", .every_epochs = 0}).options();
    auto pausing = Session(model, Fit{.loss = options.loss,
                                      .optimizer = options.optimizer,
                                      .batch_size = batch<2>,
                                      .epochs = 4,
                                      .callbacks = std::tuple{std::get<0>(options.callbacks),
                                                              callbacks::OnBatchEnd{[](auto& context) {
                                                                  if (context.step() == 5)
                                                                      context.pause();
                                                              }}},
                                      .verbose = false});
    pausing.run(samples);
    Model<Net> other({.seed = 2});
    auto session = session_with(other, {});
    io::load(directory / "paused", session);
    CHECK(session.position().epoch == 1);
    CHECK(session.position().batch == 2);
    CHECK(other.parameters().values == model.parameters().values);
}

TEST_CASE("Checkpoint: what its path or monitor names and is not measured is an Error") {
    const TemporaryDirectory directory;
    CHECK(error_of([&] { left_by(directory, {.path = directory / "{val_loss}"}); }) ==
          "callbacks::Checkpoint: path '" + directory / "{val_loss}" +
              "': expected values that there are (epoch, batch, "
              "step, loss, mean_absolute_error)");
    CHECK(error_of([&] {
              left_by(directory, {.path = directory / "x", .best_only = true});
          }).starts_with("callbacks::Checkpoint: expected 'val_loss' among what is measured, got loss, "));
    CHECK(error_of([&] {
              left_by(directory, {.path = directory / "{epoch"});
          }).ends_with(": expected a '}' behind each '{'"));
    CHECK(directory.names().empty());
}

TEST_CASE("FileName: values in the places of a pattern, and paths that may be one") {
    const callbacks::detail::FileName name("run-{epoch:3}-{a}-{b:.2}.x", "test");
    const std::vector<double> values = name.values_from({{"b", 0.125}, {"a", 1e-9}, {"epoch", 7}, {"c", 1}});
    CHECK(name.with(values) == "run-007-1e-09-0.12.x");
    CHECK(name.matches("run-007-1e-09-0.12.x"));
    CHECK(name.matches("run-12345-nan-inf.x"));
    CHECK(!name.matches("run-007-1e-09-0.12.xy"));
    CHECK(!name.matches("run--1-0.12.x"));
    CHECK(!name.matches("run-007-other-0.12.x"));
    CHECK(!name.matches("run-007"));
    CHECK(callbacks::detail::FileName("plain", "test").matches("plain"));
    CHECK(!callbacks::detail::FileName("plain", "test").matches("plain2"));
    for (const char* const wrong : {"{a:}", "{a:x}", "{a:31}", "{a:.x}", "{a:-1}"})
        CHECK(error_of([&] { callbacks::detail::FileName(wrong, "test"); }) ==
              std::string("test: path '") + wrong +
                  "': expected digits up to 30 behind ':', as in '{epoch:3}' or '{val_loss:.4}'");
}

TEST_CASE("newest_file: the one written last of those that match") {
    const TemporaryDirectory directory;
    CHECK(!callbacks::newest_file(directory / "run-{epoch}"));
    CHECK(!callbacks::newest_file(directory / "missing/run-{epoch}"));
    const auto now = std::filesystem::file_time_type::clock::now();
    for (const auto& [file, seconds] : {std::pair{"run-1", 5}, {"run-2", 9}, {"run-10", 7}, {"run-x", 20}}) {
        write_bytes(directory / file, "");
        std::filesystem::last_write_time(directory / file, now + std::chrono::seconds(seconds));
    }
    CHECK(callbacks::newest_file(directory / "run-{epoch}") == directory / "run-2");
    CHECK(callbacks::newest_file(directory / "run-1") == directory / "run-1");
}
