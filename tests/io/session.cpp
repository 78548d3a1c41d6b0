// Sessions that stop and go on anywhere, and what is refused of files of others.

#include "burin/io/save.hpp"

#include "burin/callbacks/early_stopping.hpp"
#include "burin/data/dataset.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/optimizers/adafactor.hpp"
#include "burin/optimizers/adamw.hpp"
#include "burin/optimizers/lookahead.hpp"
#include "burin/schedules/one_cycle.hpp"
#include "burin/schedules/warm_up.hpp"
#include "io/independent_reader.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<3>, Dense<4>, Tanh, Dense<1>>;

data::Dataset<float> some_data(std::size_t count) {
    std::vector<float> inputs(count * 3), targets(count);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<float>(i % 7) / 7;
    for (std::size_t i = 0; i < count; ++i)
        targets[i] = static_cast<float>(i % 3);
    return data::Dataset<float>(Shape(3), std::move(inputs), std::move(targets));
}

/// Ends `run` behind a step, or the training, and remembers.
struct Interrupter {
    std::uint64_t pause_at = 0, stop_at = 0;
    double remembered = 0;
    bool refuses = false;

    template <class Context>
    void on_batch_end(Context& context) {
        remembered += context.value("loss");
        if (context.step() == pause_at)
            context.pause();
        if (context.step() == stop_at)
            context.stop();
    }
    void save(callbacks::State& state) const { state["remembered"] = {remembered}; }
    void load(const callbacks::State& state) {
        if (refuses)
            throw Error("Interrupter: expected another");
        remembered = state.at("remembered")[0];
    }
};

auto options(Interrupter interrupter = {}, double rate = 1e-2, std::size_t steps = 9) {
    return Fit{.loss = losses::MeanSquaredError{},
               .optimizer = optimizers::Adafactor{},
               .schedule = schedules::OneCycle{.learning_rate = rate, .steps = steps},
               .batch_size = batch<8>,
               .epochs = 3,
               .callbacks =
                   std::tuple{callbacks::EarlyStopping{.monitor = "loss", .patience = 50}, interrupter},
               .seed = 9,
               .verbose = false};
}
using SessionType = Session<Net, float, decltype(options())>;

template <class Type>
std::string bits(const Type& session) {
    std::string text;
    const auto append = [&](const auto& values) {
        const auto bytes = std::as_bytes(std::span(values));
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    append(session.model().parameters().values);
    append(session.trainer().optimizer_state());
    append(session.measured());
    for (const History::Series& series : session.history().series()) {
        text += series.name;
        append(series.values);
    }
    append(std::array{session.trainer().optimizer.learning_rate});
    const fitting::Position& position = session.position();
    append(std::array<std::uint64_t, 5>{session.trainer().steps(), position.epoch, position.batch,
                                        position.last_epoch, position.samples});
    append(std::array{std::get<1>(session.callbacks()).remembered, std::get<0>(session.callbacks()).best});
    return text;
}

} // namespace

TEST_CASE("save, load: a session stops behind any batch and goes on in another with the same bits") {
    const TemporaryDirectory directory;
    const auto data = some_data(20); // 3 batches, the last of 4.
    Model<Net> model({.seed = 1});
    SessionType whole(model, options());
    const History history = whole.run(data);
    REQUIRE(whole.trainer().steps() == 9);
    for (std::uint64_t step = 1; step <= 9; ++step) {
        CAPTURE(step);
        Model<Net> first_model({.seed = 1}), second_model({.seed = 2});
        SessionType first(first_model, options({.pause_at = step}));
        first.run(data);
        CHECK(first.trainer().steps() == step);
        CHECK(first.position().batch == step % 3);
        CHECK(first.is_finished() == (step == 9));
        io::save(directory / "session", first);
        SessionType second(second_model, options());
        io::load(directory / "session", second);
        CHECK(bits(second) == bits(first));
        if (second.is_finished())
            continue;
        CHECK(second.run(data)["loss"] == history["loss"]);
        CHECK(bits(second) == bits(whole));
        CHECK(second.is_finished());
    }
}

TEST_CASE("save, load: a run that was to stop in the middle of an epoch stops there after a load") {
    const TemporaryDirectory directory;
    const auto data = some_data(20);
    Model<Net> model({.seed = 1}), other_model({.seed = 2});
    SessionType session(model, options({.pause_at = 5, .stop_at = 5}));
    session.run(data);
    io::save(directory / "session", session);
    SessionType other(other_model, options());
    io::load(directory / "session", other);
    CHECK(other.position().is_stopping);
    CHECK(other.run(data).epochs() == 2);
    CHECK(other.trainer().steps() == 5);
    CHECK(other.is_finished());
}

TEST_CASE("load: in the middle of an epoch, other data and other metrics are refused") {
    const TemporaryDirectory directory;
    const std::string path = directory / "session";
    Model<Net> model({.seed = 1});
    SessionType session(model, options({.pause_at = 4}));
    session.run(some_data(20));
    CHECK(error_of([&] { session.run(some_data(21)); }) ==
          "fit: expected the 20 samples in whose middle the run stopped, got 21");
    io::save(path, session);
    auto numbers = io::detail::numbers_of(session);
    const auto written = [&](const char* name, std::vector<double> values) {
        // Which is what a session with other metrics or settings writes.
        auto content = io::detail::Content(path, 1 << 20);
        std::vector<io::safetensors::Tensor> tensors = content.tensors;
        for (io::safetensors::Tensor& tensor : tensors)
            if (tensor.name == name) {
                tensor.shape = {values.size()};
                tensor.bytes = std::as_bytes(std::span(values));
            }
        io::safetensors::write(directory / "other", tensors, content.metadata);
        const std::string before = bits(session);
        const std::string error = error_of([&] { io::load(directory / "other", session); });
        CHECK(bits(session) == before);
        return error.substr((directory / "other").size());
    };
    CHECK(written("training.measured", {1, 2}) ==
          ": metrics: expected those of this session, in 6 numbers, got others in 2");
    CHECK(written("training.settings", {1}).starts_with(": settings: expected those of this session, in "));
    CHECK(written("training.run", {2, 0}) ==
          ": tensor 'training.run': expected the epoch that the run began at, at most 1, and whether it was "
          "stopped, got others");
    CHECK(written("callback.EarlyStopping.loss.min.0.best", {1, 2}) ==
          ": callbacks::EarlyStopping: expected 1 numbers of 'best' in a checkpoint, got 2");
}

TEST_CASE("load: what a callback found of one metric is not taken for what it finds of another") {
    const TemporaryDirectory directory;
    const std::string path = directory / "session";
    Model<Net> model({.seed = 1});
    SessionType session(model, options({.pause_at = 4}));
    session.run(some_data(20));
    io::save(path, session);
    const auto best_with = [&](const char* monitor, callbacks::Mode mode) {
        auto other = options();
        std::get<0>(other.callbacks).monitor = monitor;
        std::get<0>(other.callbacks).mode = mode;
        SessionType loaded(model, other);
        io::load(path, loaded);
        return std::get<0>(loaded.callbacks()).best;
    };
    CHECK(best_with("loss", callbacks::Mode::automatic) == std::get<0>(session.callbacks()).best);
    CHECK(best_with("loss", callbacks::Mode::min) == std::get<0>(session.callbacks()).best);
    CHECK(std::isnan(best_with("loss", callbacks::Mode::max)));
    CHECK(std::isnan(best_with("mean_absolute_error", callbacks::Mode::automatic)));
}

TEST_CASE("load: other metrics whose sums are as many are refused in the middle of an epoch alone") {
    const TemporaryDirectory directory;
    const std::string path = directory / "session";
    Model<Net> model({.seed = 1});
    SessionType session(model, options({.pause_at = 4}));
    const auto load_other = [&] {
        session.run(some_data(20));
        io::save(path, session);
        auto content = io::detail::Content(path, 1 << 20);
        CHECK(content.metadata.at("burin.metrics") == "loss, mean_absolute_error");
        content.metadata["burin.metrics"] = "loss, mean_squared_error";
        const auto tensors = content.tensors;
        io::safetensors::write(directory / "other", tensors, content.metadata);
        return error_of([&] { io::load(directory / "other", session); });
    };
    CHECK(load_other() == directory / "other" +
                              ": metrics: expected loss, mean_absolute_error (this session), got loss, "
                              "mean_squared_error (the file), which is in the middle of an epoch");
    CHECK(load_other() == "(nothing was thrown)");
    CHECK(session.is_finished());
}

TEST_CASE("load: a run ends as many epochs after its first as the session has") {
    const TemporaryDirectory directory;
    const std::string path = directory / "session";
    const auto data = some_data(20);
    const auto with_epochs = [](std::size_t epochs) {
        auto result = options();
        result.epochs = epochs;
        return result;
    };
    Model<Net> longer_model({.seed = 1}), model({.seed = 1}), other_model({.seed = 2});
    SessionType longer(longer_model, with_epochs(5)), session(model, options());
    longer.run(data);
    session.run(data);
    io::save(path, session);
    SessionType other(other_model, with_epochs(5));
    io::load(path, other);
    CHECK(!other.is_finished());
    CHECK(other.run(data).epochs() == 5);
    CHECK(bits(other) == bits(longer));
    // Another run counts from where it begins.
    other.run(data, 7);
    CHECK(other.position().last_epoch == 10);
    io::save(path, other);
    SessionType third(other_model, with_epochs(3));
    io::load(path, third);
    CHECK(third.position().last_epoch == 8);
    CHECK(third.run(data).epochs() == 3);
    SessionType fewer(other_model, with_epochs(1));
    io::load(path, fewer);
    CHECK(fewer.is_finished());

    // The epoch under way comes to its end.
    Model<Net> fresh({.seed = 1});
    SessionType begun(fresh, options({.pause_at = 4}));
    begun.run(data);
    io::save(path, begun);
    io::load(path, fewer);
    CHECK(!fewer.is_finished());
    CHECK(fewer.position().last_epoch == 2);

    // Files that do not tell where the run began keep its end, and so does the session that is saved then.
    auto content = io::detail::Content(path, 1 << 20);
    auto tensors = content.tensors;
    std::erase_if(tensors, [](const auto& tensor) { return tensor.name == "training.run"; });
    io::safetensors::write(directory / "old", tensors, content.metadata);
    for (int i = 0; i < 2; ++i) {
        io::load(directory / "old", other);
        CHECK(other.position().last_epoch == 3);
        io::save(directory / "old", other);
    }

    // What a callback ended stays so.
    SessionType stopped(fresh, options({.stop_at = 8}));
    io::load(path, stopped);
    stopped.run(data);
    CHECK(stopped.trainer().steps() == 8);
    io::save(path, stopped);
    io::load(path, other);
    CHECK(other.is_finished());
}

TEST_CASE("load: places that no training reaches are refused") {
    const TemporaryDirectory directory;
    const std::string path = directory / "session";
    Model<Net> model({.seed = 1});
    SessionType session(model, options({.pause_at = 4}));
    session.run(some_data(20));
    io::save(path, session);
    const std::string bytes = bytes_of(path), before = bits(session);
    const auto load_with = [&](std::array<std::uint64_t, 4> position, std::uint64_t epoch = 1) {
        std::string changed = bytes;
        std::memcpy(&changed[changed.size() - 48], position.data(), 32);
        std::memcpy(&changed[changed.size() - 8], &epoch, 8);
        write_bytes(path, changed);
        return error_of([&] { io::load(path, session); });
    };
    CHECK(load_with({1, 3, 20, 0}) == "(nothing was thrown)");
    const std::string said =
        path + ": tensor 'training.position': expected the place of a batch in an epoch that is "
               "under way, got batch ";
    CHECK(load_with({4, 3, 20, 0}) == said + "4 of 20 samples, epoch 1 of 3, 0");
    CHECK(load_with({1, 1, 20, 0}) == said + "1 of 20 samples, epoch 1 of 1, 0");
    CHECK(load_with({0, 3, 20, 1}) == said + "0 of 20 samples, epoch 1 of 3, 1");
    CHECK(load_with({1, 3, 20, 2}) == said + "1 of 20 samples, epoch 1 of 3, 2");
    CHECK(load_with({1, std::uint64_t{1} << 32, 20, 0}).starts_with(said));
    CHECK(load_with({1, 3, ~std::uint64_t{0}, 0}).starts_with(said));
    CHECK(bits(session) == before);
    CHECK(load_with({0, 0, 0, 0}) == "(nothing was thrown)");
}

TEST_CASE("load: another schedule is refused in one sentence, and so is what a callback can't take") {
    const TemporaryDirectory directory;
    const std::string path = directory / "session";
    Model<Net> model({.seed = 1}), other_model({.seed = 2});
    SessionType session(model, options({.pause_at = 4}));
    session.run(some_data(20));
    io::save(path, session);
    SessionType other(other_model, options({}, 2e-2));
    const std::string before = bits(other);
    CHECK(error_of([&] { io::load(path, other); }) ==
          path + ": schedule: learning_rate: expected 0.02 (this session), got 0.01 (the file)");
    SessionType refusing(other_model, options({.refuses = true}));
    CHECK(error_of([&] { io::load(path, refusing); }) == path + ": Interrupter: expected another");
    // The early stopping before it has not taken its state, either.
    CHECK(bits(refusing) == before);
}

TEST_CASE("load: format 1 goes on at the start of an epoch, a later one is refused") {
    const TemporaryDirectory directory;
    const std::string path = directory / "session";
    Model<Net> model({.seed = 1}), other_model({.seed = 2});
    const auto plain = Fit{.loss = losses::MeanSquaredError{},
                           .optimizer = optimizers::AdamW{},
                           .batch_size = batch<8>,
                           .verbose = false};
    using Plain = Session<Net, float, std::remove_const_t<decltype(plain)>>;
    Plain session(model, plain), other(other_model, plain);
    session.run(some_data(20));
    io::save(path, session);
    auto content = io::detail::Content(path, 1 << 20);
    std::vector<io::safetensors::Tensor> tensors;
    for (const io::safetensors::Tensor& tensor : content.tensors)
        if (tensor.name.find('.') == 1 || tensor.name.starts_with("optimizer.") ||
            tensor.name == "training.step_and_epoch")
            tensors.push_back(tensor);
    for (const char* const later : {"burin.schedule", "burin.augment"})
        content.metadata.erase(later);
    content.metadata["burin.session"] = "1";
    io::safetensors::write(path, tensors, content.metadata);
    io::load(path, other);
    CHECK(other_model.parameters().values == model.parameters().values);
    CHECK(other.position().epoch == 1);
    CHECK(!other.is_finished());
    content.metadata["burin.session"] = "3";
    io::safetensors::write(path, tensors, content.metadata);
    CHECK(error_of([&] {
              io::load(path, other);
          }).starts_with(path + ": expected a training session of format 1 or 2, got '3'"));

    // What has become of the learning rate goes on, unless the session was made with another.
    session.trainer().optimizer.learning_rate = 0.125;
    session.trainer().optimizer.weight_decay = 0.5;
    io::save(path, session);
    io::load(path, other);
    CHECK(other.trainer().optimizer.learning_rate == 0.125);
    CHECK(other.trainer().optimizer.weight_decay == 0.5);
    auto faster = plain;
    faster.optimizer.learning_rate = 0.25;
    Plain own(other_model, faster);
    io::load(path, own);
    CHECK(own.trainer().optimizer.learning_rate == 0.25);
    CHECK(own.trainer().optimizer.weight_decay == 0.5);
}

namespace {

class Closed {
  public:
    double option = 1;

  private:
    [[maybe_unused]] double hidden_ = 2;
};
struct Own {
    double strength = 0.5;
    std::tuple<optimizers::Lookahead<optimizers::AdamW>, int> parts{};
    std::array<float, 2> pair{1, 2};
    const char* name = nullptr;
    Closed closed{};
};

} // namespace

TEST_CASE("load: a layer called as the lists of a session keeps its parameters") {
    const std::vector<double> values{1, 2};
    std::vector<double> room(2);
    std::vector<io::safetensors::Tensor> tensors{
        {"history.bias", "F64", {2}, std::as_bytes(std::span(values))},
        {"history.loss", "F64", {2}, std::as_bytes(std::span(values))}};
    const std::vector<io::safetensors::Slot> slots{
        {"history.bias", "F64", {2}, std::as_writable_bytes(std::span(room))}};
    const io::detail::Numbers numbers = io::detail::take_numbers(tensors, slots);
    REQUIRE(tensors.size() == 1);
    CHECK(tensors[0].name == "history.bias");
    REQUIRE(numbers.size() == 1);
    CHECK(numbers[0].first == "history.loss");
    CHECK(numbers[0].second == values);
}

// Files of sessions that go on have these texts.
TEST_CASE("save: what fit takes by default is told without the namespaces that it is in") {
    CHECK(io::detail::rule_text(fitting::NoAugmentation{}) == "NoAugmentation{}");
    CHECK(io::detail::type_text<fitting::UsualMetrics>() == "UsualMetrics");
}

TEST_CASE("save: the options of any struct are told by name, with those of what it wraps") {
    using io::detail::rule_text;
    const std::string adamw =
        "AdamW{beta1=0.9, beta2=0.999, epsilon=1e-08, weight_decay=0.01, clip_value=0, clip_norm=0}";
    CHECK(rule_text(optimizers::Lookahead{optimizers::AdamW{}}) ==
          "Lookahead<AdamW>{optimizer=" + adamw + ", steps=5, alpha=0.5}");
    CHECK(rule_text(Own{}) == "{anonymous}::Own{strength=0.5, parts=(Lookahead<AdamW>{optimizer=" + adamw +
                                  ", steps=5, alpha=0.5},0), pair=[1,2], closed={anonymous}::Closed{}}");
    CHECK(rule_text(schedules::WarmUp{10, schedules::OneCycle{.steps = 5}})
              .starts_with("WarmUp<OneCycle>{steps=10, schedule=OneCycle{learning_rate=0.001, steps=5, "));
}
