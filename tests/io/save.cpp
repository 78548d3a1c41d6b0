#include "burin/io/save.hpp"

#include "burin/burin.hpp"
#include "burin/optimizers/adafactor.hpp"
#include "burin/optimizers/lbfgs.hpp"
#include "io/independent_reader.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"
#include "support/networks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace burin;

namespace {

using Small = Sequential<Input<3>, Dense<4>, ReLU, Dense<2>>;

/// The bits, so that -0 and 0 differ and NaN is itself.
template <class Scalar>
std::string bits(std::span<const Scalar> values) {
    const auto bytes = std::as_bytes(values);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
template <class Scalar>
std::string bits(const engine::TensorView<Scalar>& tensor) {
    std::vector<std::remove_const_t<Scalar>> elements;
    for (std::size_t i = 0; i < tensor.size(); ++i)
        elements.push_back(tensor[i]);
    return bits(std::span<const std::remove_const_t<Scalar>>(elements));
}
template <class Net, class Scalar>
std::string bits(const Model<Net, Scalar>& model) {
    return bits(model.parameters().all());
}

std::vector<std::string> names(const FoundFile& file) {
    std::vector<std::string> result;
    for (const FoundTensor& tensor : file.tensors)
        result.push_back(tensor.name);
    return result;
}

data::Dataset<> some_data() {
    std::vector<float> inputs(20 * 3);
    std::vector<Label> labels(20);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<float>(i % 7) / 7;
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<Label>(i % 2);
    return data::Dataset<>(Shape(3), std::move(inputs), std::move(labels));
}

template <class Optimizer>
auto options(Optimizer optimizer) {
    return Fit{.optimizer = optimizer, .batch_size = batch<8>, .epochs = 2, .seed = 9, .verbose = false};
}

template <class Optimizer>
using SessionOf = Session<Small, float, decltype(options(Optimizer{}))>;

template <class SessionType>
std::string bits(const SessionType& session) {
    return bits(session.model()) + bits(std::span<const float>(session.trainer().optimizer_state())) + ' ' +
           std::to_string(session.trainer().steps()) + ' ' + std::to_string(session.epoch());
}

} // namespace

TEST_CASE("save: a model's file has its parameters under their names, in the order of the network") {
    const TemporaryDirectory directory;
    Model<Small> model({.seed = 3});
    model["0.bias"][1] = -0.0f;
    io::save(directory / "model", model);
    const FoundFile file = read_independently(directory / "model");
    CHECK(names(file) == std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"});
    const std::vector<std::vector<std::size_t>> shapes{{3, 4}, {4}, {4, 2}, {2}};
    for (std::size_t i = 0; i < file.tensors.size(); ++i) {
        const FoundTensor& tensor = file.tensors[i];
        CHECK(tensor.dtype == "F32");
        CHECK(tensor.shape == shapes[i]);
        CHECK(tensor.bytes == bits(model[tensor.name]));
    }
    CHECK(directory.names() == std::vector<std::string>{"model"});
}

TEST_CASE("save: a model of double is F64") {
    const TemporaryDirectory directory;
    const Model<Small, double> model({.seed = 3});
    io::save(directory / "model", model);
    const FoundFile file = read_independently(directory / "model");
    REQUIRE(file.tensors.size() == 4);
    CHECK(file.tensors[0].dtype == "F64");
    CHECK(file.tensors[0].bytes == bits(model["0.weight"]));

    Model<Small> other;
    const std::string before = bits(other);
    CHECK(error_of([&] {
              io::load(directory / "model", other);
          }).find("tensor '0.bias': expected F32 [4], got F64 [4]") != std::string::npos);
    CHECK(bits(other) == before);
}

TEST_CASE_TEMPLATE("save, load: any network's parameters come back bit by bit", Net, ALL_NETWORKS) {
    const TemporaryDirectory directory;
    Model<Net> model({.seed = 1});
    for (float& value : model.parameters().all())
        value += 0.25f;
    io::save(directory / "model", model);
    std::size_t elements = 0;
    for (const FoundTensor& tensor : read_independently(directory / "model").tensors)
        elements += tensor.values<float>().size();
    CHECK(elements == parameter_count<Net>);
    Model<Net> loaded({.seed = 2});
    REQUIRE(bits(loaded) != bits(model));
    io::load(directory / "model", loaded);
    CHECK(bits(loaded) == bits(model));
}

TEST_CASE_TEMPLATE("save, load: in half the bits, each number is the nearest there is", Stored, float16,
                   bfloat16) {
    const TemporaryDirectory directory;
    Model<Small> model({.seed = 3});
    model["0.bias"][1] = -0.0f;
    model["0.bias"][2] = 65504.0f;
    io::save(directory / "model", model,
             {.storage = std::is_same_v<Stored, float16> ? io::Storage::float16 : io::Storage::bfloat16});
    const FoundFile file = read_independently(directory / "model");
    CHECK(names(file) == std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias"});
    Model<Small> loaded;
    io::load(directory / "model", loaded);
    Model<Small, double> wide;
    io::load(directory / "model", wide);
    for (const FoundTensor& tensor : file.tensors) {
        CHECK(tensor.dtype == (std::is_same_v<Stored, float16> ? "F16" : "BF16"));
        const auto exact = std::as_const(model)[tensor.name];
        REQUIRE(tensor.bytes.size() == 2 * exact.size());
        for (std::size_t i = 0; i < exact.size(); ++i) {
            const auto expected = static_cast<float>(Stored::nearest(exact[i]));
            CHECK(std::bit_cast<std::uint32_t>(loaded[tensor.name][i]) ==
                  std::bit_cast<std::uint32_t>(expected));
            CHECK(wide[tensor.name][i] == static_cast<double>(expected));
        }
    }
    // What was read has nothing more to lose.
    io::save(directory / "again", wide,
             {.storage = std::is_same_v<Stored, float16> ? io::Storage::float16 : io::Storage::bfloat16});
    CHECK(bytes_of(directory / "again") == bytes_of(directory / "model"));
}

TEST_CASE("save: what float16 can't store is an Error, infinity and NaN are stored") {
    const TemporaryDirectory directory;
    Model<Small> model({.seed = 3});
    model["2.weight"][5] = 65520.0f;
    CHECK(error_of([&] { io::save(directory / "model", model, {.storage = io::Storage::float16}); }) ==
          directory / "model" + ": 2.weight[5]: expected a number that float16 can store, got 65520.000000");
    CHECK(directory.names().empty());
    model["2.weight"][5] = -std::numeric_limits<float>::infinity();
    model["2.weight"][4] = std::numeric_limits<float>::quiet_NaN();
    io::save(directory / "model", model, {.storage = io::Storage::float16});
    io::load(directory / "model", model);
    CHECK(model["2.weight"][5] == -std::numeric_limits<float>::infinity());
    CHECK(std::isnan(model["2.weight"][4]));
}

TEST_CASE("load: a tensor in half the bits with another shape is named as it is") {
    const TemporaryDirectory directory;
    io::save(directory / "model", Model<Sequential<Input<3>, Dense<5, NoBias>>>({.seed = 1}),
             {.storage = io::Storage::bfloat16});
    Model<Sequential<Input<3>, Dense<4, NoBias>>> model;
    CHECK(error_of([&] { io::load(directory / "model", model); }) ==
          directory / "model" + ": tensor '0.weight': expected F32 [3, 4], got BF16 [3, 5]");
}

TEST_CASE("load: reads what the reference implementation wrote, in its order and with metadata") {
    Model<Small> model;
    const std::string path = BURIN_REFERENCE_DATA "/numpy.safetensors";
    CHECK(error_of([&] { io::load(path, model); }) ==
          path +
              ": expected a file that says whose names and layouts its tensors have, got one that does not: "
              "load(path, model, io::PyTorch{}) reads names and layouts of PyTorch (burin/io/pytorch.hpp), "
              "load(path, model, "
              "io::Burin{}) those of Burin");
    io::load(path, model, io::Burin{});
    const auto parameters = model.parameters().all();
    for (std::size_t i = 0; i < parameters.size(); ++i)
        CHECK(parameters[i] == static_cast<float>(i) * 0.1f);
}

TEST_CASE("save, load: a model knows how its outputs become probabilities") {
    const TemporaryDirectory directory;
    const std::string path = directory / "model.safetensors";
    using Labels = Sequential<Input<2>, Dense<3>>;
    const data::Dataset<float> samples(Shape(2), {1, 2, 3, 4}, {1, 0, 1, 0, 0, 1});
    Model<Labels> model({.seed = 1});
    fit(model, samples, Fit{.loss = losses::BinaryCrossentropy{}, .verbose = false});
    const auto expected = predict_proba(model, samples);
    io::save(path, model);
    Model<Labels> loaded;
    io::load(path, loaded);
    CHECK(predict_proba(loaded, samples) == expected);
    io::save(path, model, {.storage = io::Storage::bfloat16});
    io::load(path, loaded);
    CHECK(loaded.links() == model.links());

    // A file that says nothing of it: nor does the model know any more.
    io::save(path, Model<Labels>({.seed = 1}));
    io::load(path, loaded);
    CHECK(!loaded.links());

    using Two = Sequential<Input<2>, Dense<4>>;
    for (const char* const wrong : {"", "relu", "sigmoid, none", "softmax "}) {
        const std::vector<float> weight(8), bias(4);
        const std::vector<io::safetensors::Tensor> tensors{
            {"0.weight", "F32", {2, 4}, std::as_bytes(std::span(weight))},
            {"0.bias", "F32", {4}, std::as_bytes(std::span(bias))}};
        io::safetensors::write(path, tensors, {{"burin.links", wrong}});
        Model<Two> other({.seed = 1});
        const float before = other["0.weight"][0];
        CHECK(error_of([&] { io::load(path, other); }) ==
              path + ": 'burin.links': expected none, sigmoid or softmax for each of 1 outputs, got '" +
                  wrong + "'");
        CHECK(other["0.weight"][0] == before);
    }
}

TEST_CASE("load: everything that does not agree is in one Error, and the model stays as it is") {
    const TemporaryDirectory directory;
    const std::string path = directory / "model";
    io::save(path, Model<Sequential<Input<3>, Dense<5, NoBias>, ReLU, Identity, Dense<2>>>({.seed = 1}));
    Model<Small> model({.seed = 2});
    const std::string before = bits(model);
    CHECK(error_of([&] { io::load(path, model); }) ==
          path + ": tensor '0.weight': expected F32 [3, 4], got F32 [3, 5]; missing tensor '0.bias' F32 [4]; "
                 "missing tensor '2.weight' F32 [4, 2]; missing tensor '2.bias' F32 [2]; "
                 "unexpected tensor '3.weight' F32 [5, 2]; unexpected tensor '3.bias' F32 [2]");
    CHECK(bits(model) == before);
}

TEST_CASE("load: a file cut short is an Error wherever it was cut, and the model stays as it is") {
    const TemporaryDirectory directory;
    io::save(directory / "model", Model<Small>({.seed = 1}));
    const std::string whole = bytes_of(directory / "model");
    Model<Small> model({.seed = 2});
    const std::string before = bits(model);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        write_bytes(directory / "cut", whole.substr(0, length));
        CHECK(error_of([&] { io::load(directory / "cut", model); }).starts_with(directory / "cut" + ": "));
    }
    CHECK(bits(model) == before);
}

TEST_CASE("save: a session's file has the parameters, the optimizer's state and how far it got") {
    const TemporaryDirectory directory;
    Model<Small> model({.seed = 1});
    SessionOf<optimizers::Adam> session(model, options(optimizers::Adam{}));
    session.run(some_data());
    io::save(directory / "session", session);
    const FoundFile file = read_independently(directory / "session");
    CHECK(names(file) == std::vector<std::string>{"0.weight",
                                                  "0.bias",
                                                  "2.weight",
                                                  "2.bias",
                                                  "optimizer.0.0.weight",
                                                  "optimizer.0.0.bias",
                                                  "optimizer.0.2.weight",
                                                  "optimizer.0.2.bias",
                                                  "optimizer.1.0.weight",
                                                  "optimizer.1.0.bias",
                                                  "optimizer.1.2.weight",
                                                  "optimizer.1.2.bias",
                                                  "training.measured",
                                                  "training.settings",
                                                  "training.seconds",
                                                  "training.run",
                                                  "history.loss",
                                                  "history.accuracy",
                                                  "training.position",
                                                  "training.step_and_epoch"});
    std::string state;
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(file.tensors[i].dtype == "F32");
        CHECK(file.tensors[i].shape == file.tensors[i % 4].shape);
        if (i >= 4)
            state += file.tensors[i].bytes;
    }
    CHECK(file.tensors[0].bytes == bits(model["0.weight"]));
    CHECK(state == bits(std::span<const float>(session.trainer().optimizer_state())));
    CHECK(file.tensors.back().dtype == "U64");
    CHECK(file.tensors.back().shape == std::vector<std::size_t>{2});
    // 20 samples are 3 batches of at most 8.
    CHECK(file.tensors.back().values<std::uint64_t>() == std::vector<std::uint64_t>{6, 2});
    // No batch of the epoch behind the second, which was the last, of 20 samples; not to be stopped.
    CHECK(file.tensors[18].values<std::uint64_t>() == std::vector<std::uint64_t>{0, 2, 20, 0});
    CHECK(file.tensors[16].dtype == "F64");
    CHECK(file.tensors[16].values<double>() == session.history()["loss"]);
    // It began at the start, and nothing stopped it.
    CHECK(file.tensors[15].values<double>() == std::vector<double>{0, 0});
}

TEST_CASE_TEMPLATE("load: a session goes on with the bits of one that never stopped", Optimizer,
                   optimizers::SGD, optimizers::Momentum, optimizers::Adam, optimizers::Adafactor,
                   optimizers::LBFGS<3>) {
    const TemporaryDirectory directory;
    const auto data = some_data();
    Model<Small> model({.seed = 1}), resumed_model({.seed = 2});
    SessionOf<Optimizer> session(model, options(Optimizer{})), resumed(resumed_model, options(Optimizer{}));
    session.run(data);
    io::save(directory / "session", session);
    io::load(directory / "session", resumed);
    CHECK(bits(resumed) == bits(session));
    session.run(data);
    resumed.run(data);
    CHECK(bits(resumed) == bits(session));
    CHECK(resumed.epoch() == 4);
}

TEST_CASE(
    "load: a network of which a part is Frozen reads what was written without, and the other way round") {
    using Transfer = Sequential<Input<3>, Frozen<Dense<4>>, ReLU, Dense<2>>;
    const TemporaryDirectory directory;
    const Model<Small> model({.seed = 1});
    io::save(directory / "whole", model);
    Model<Transfer> transfer({.seed = 2});
    io::load(directory / "whole", transfer);
    for (const char* name : {"0.weight", "0.bias", "2.weight", "2.bias"})
        CHECK(bits(std::as_const(transfer)[name]) == bits(model[name]));
    io::save(directory / "transfer", transfer);
    Model<Small> back({.seed = 3});
    io::load(directory / "transfer", back);
    CHECK(bits(back) == bits(model));
}

TEST_CASE("load: a session stays as it is when the file is not its own") {
    const TemporaryDirectory directory;
    Model<Small> model({.seed = 1}), other_model({.seed = 2});
    SessionOf<optimizers::Momentum> session(model, options(optimizers::Momentum{}));
    SessionOf<optimizers::Adam> other(other_model, options(optimizers::Adam{}));
    session.run(some_data());
    other.run(some_data());
    io::save(directory / "other", other);
    io::save(directory / "model", other_model);
    const std::string before = bits(session);
    CHECK(error_of([&] { io::load(directory / "other", session); }) ==
          directory / "other" +
              ": optimizer: expected Momentum{momentum=0.9, weight_decay=0, clip_value=0, clip_norm=0} (this "
              "session), got Adam{beta1=0.9, beta2=0.999, epsilon=1e-08, weight_decay=0, clip_value=0, "
              "clip_norm=0} (the file); "
              "unexpected tensor 'optimizer.1.0.weight' F32 [3, 4]; unexpected tensor "
              "'optimizer.1.0.bias' F32 [4]; "
              "unexpected tensor 'optimizer.1.2.weight' F32 [4, 2]; unexpected tensor "
              "'optimizer.1.2.bias' F32 [2]");
    const std::string error = error_of([&] { io::load(directory / "model", session); });
    CHECK(error.starts_with(directory / "model" + ": expected a training session, whose __metadata__ says "
                                                  "which, got a file without; missing tensor '"));
    CHECK(error.ends_with("missing tensor 'training.step_and_epoch' U64 [2]"));
    CHECK(bits(session) == before);
}

namespace {

/// The error where a session of `Net` with these options reads what a session of `Small` wrote; empty if it
/// does so and then goes on with the other's parameters.
template <class Net = Small, class Written, class Options>
std::string error_between(const Written& written, const Options& options) {
    const TemporaryDirectory directory;
    Model<Small> model({.seed = 1});
    Session<Small, float, Written> session(model, written);
    session.run(some_data());
    io::save(directory / "session", session);
    Model<Net> other_model({.seed = 2});
    Session<Net, float, Options> other(other_model, options);
    const std::string before = bits(other);
    const std::string error = error_of([&] { io::load(directory / "session", other); });
    if (error == "(nothing was thrown)") {
        CHECK(bits(other_model) == bits(model));
        return "";
    }
    CHECK(bits(other) == before);
    CHECK(error.starts_with(directory / "session" + ": "));
    return error.substr((directory / "session").size() + 2);
}

/// As a user writes one.
struct OwnRule : optimizers::SGD {};

} // namespace

TEST_CASE("load: a session of another optimizer, loss, seed, batch or network says in what they differ") {
    const auto with = [](auto loss, auto optimizer, std::uint64_t seed, auto batch_size, bool shuffle) {
        return Fit{.loss = loss,
                   .optimizer = optimizer,
                   .batch_size = batch_size,
                   .epochs = 1,
                   .shuffle = shuffle,
                   .seed = seed,
                   .verbose = false};
    };
    using losses::SparseCategoricalCrossentropy;
    using optimizers::Momentum;
    const auto written = with(SparseCategoricalCrossentropy{}, Momentum{}, 9, batch<8>, true);
    CHECK(error_between(written, written) == "");
    // Schedules change it.
    CHECK(error_between(written, with(SparseCategoricalCrossentropy{}, Momentum{.learning_rate = 0.5}, 9,
                                      batch<8>, true)) == "");
    // Nesterov's state has the same shape as Momentum's, and so has RMSprop's.
    CHECK(error_between(written,
                        with(SparseCategoricalCrossentropy{}, optimizers::RMSprop{}, 9, batch<8>, true)) ==
          "optimizer: expected RMSprop{decay=0.99, epsilon=1e-08, weight_decay=0, clip_value=0, "
          "clip_norm=0} (this session), "
          "got Momentum{momentum=0.9, weight_decay=0, clip_value=0, clip_norm=0} (the file)");
    CHECK(error_between(written,
                        with(SparseCategoricalCrossentropy{}, optimizers::Nesterov{}, 9, batch<8>, true))
              .starts_with("optimizer: expected Nesterov{"));
    CHECK(error_between(
              written, with(SparseCategoricalCrossentropy{}, Momentum{.momentum = 0.5}, 9, batch<8>, true)) ==
          "optimizer: momentum: expected 0.5 (this session), got 0.9 (the file)");
    CHECK(error_between(written, with(SparseCategoricalCrossentropy{.label_smoothing = 0.25}, Momentum{}, 9,
                                      batch<8>, true)) ==
          "loss: label_smoothing: expected 0.25 (this session), got 0 (the file)");
    CHECK(error_between(written, with(SparseCategoricalCrossentropy{}, Momentum{}, 10, batch<4>, false)) ==
          "batch_size: expected 4 (this session), got 8 (the file); "
          "seed: expected 10 (this session), got 9 (the file); "
          "shuffle: expected false (this session), got true (the file)");
    CHECK(error_between<Sequential<Input<3>, Dense<4>, Tanh, Dense<2>>>(written, written)
              .starts_with("network: expected Input<3>, Dense<4>, Tanh, Dense<2> (this session), got "
                           "Input<3>, Dense<4>, ReLU, Dense<2> (the file)"));
    CHECK(error_between<Sequential<Input<3>, Dense<4>, ReLU, Regularized<Dense<2>, L2<0.5>>>>(written,
                                                                                              written) ==
          "network: expected Input<3>, Dense<4>, ReLU, Dense<2> l1=0 l2=0.5 (this session), got Input<3>, "
          "Dense<4>, ReLU, Dense<2> (the file)");
    const auto own = with(SparseCategoricalCrossentropy{}, OwnRule{}, 9, batch<8>, true);
    CHECK(error_between(own, own) == "");
    CHECK(error_between(own, with(SparseCategoricalCrossentropy{}, optimizers::SGD{}, 9, batch<8>, true)) ==
          "optimizer: expected SGD{weight_decay=0, clip_value=0, clip_norm=0} (this session), got "
          "{anonymous}::OwnRule{weight_decay=0, clip_value=0, clip_norm=0} (the file)");
}

TEST_CASE("save: the losses of several outputs are told one by one, as are weights of classes") {
    static constexpr std::array<double, 2> weights{1, 0.5};
    const losses::PerOutput losses = losses::PerOutput{
        losses::Huber{.delta = 2},
        losses::SparseCategoricalCrossentropy{
            .class_weights = weights}}.weighted({1, 0.25});
    CHECK(io::detail::rule_text(losses) ==
          "PerOutput{Huber{delta=2, reduction=mean}, SparseCategoricalCrossentropy{label_smoothing=0, "
          "class_weights=[1,0.5], ignore_index=none, reduction=mean}, weights=[1,0.25]}");
    CHECK(io::detail::type_text<std::pair<Shape, std::integral_constant<std::uint64_t, 3>>>() ==
          "std::pair<Shape,std::integral_constant<unsignedlong,3>>");
}

TEST_CASE("save: a schedule is told with its rates and with those that it is made of") {
    const schedules::WarmUp schedule{
        5,
        schedules::Sequence{schedules::MultiStep{.learning_rate = 0.5, .milestones = {3, 7}}, 9,
                            schedules::Cosine{.learning_rate = 0.25, .steps = 8}},
        /*start*/ 0.5};
    CHECK(io::detail::rule_text(schedule) ==
          "WarmUp<Sequence<MultiStep,Cosine>>{steps=5, schedule=Sequence<MultiStep,Cosine>{"
          "first=MultiStep{learning_rate=0.5, milestones=[3,7], factor=0.1}, steps=9, "
          "second=Cosine{learning_rate=0.25, steps=8, end_learning_rate=0}}, start=0.5}");
}

TEST_CASE("load: counters that no training reaches are refused, and those that are reached stay in range") {
    const TemporaryDirectory directory;
    const std::string path = directory / "session";
    Model<Small> model({.seed = 1});
    SessionOf<optimizers::SGD> session(model, options(optimizers::SGD{}));
    session.run(some_data());
    io::save(path, session);
    const std::string bytes = bytes_of(path), before = bits(session);
    const auto load_with = [&](std::uint64_t step, std::uint64_t epoch) {
        std::string changed = bytes;
        std::memcpy(&changed[changed.size() - 16], &step, 8);
        std::memcpy(&changed[changed.size() - 8], &epoch, 8);
        write_bytes(path, changed);
        io::load(path, session);
    };
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    for (const auto& [step, epoch] : {std::pair{most, std::uint64_t{2}},
                                      {std::uint64_t{6}, most},
                                      {std::uint64_t{1} << 63, std::uint64_t{2}},
                                      {std::uint64_t{6}, std::uint64_t{1} << 32}}) {
        CHECK(error_of([&] { load_with(step, epoch); }) ==
              path +
                  ": tensor 'training.step_and_epoch': expected at most 9223372036854775807 steps and "
                  "4294967295 epochs, got " +
                  std::to_string(step) + " and " + std::to_string(epoch));
        CHECK(bits(session) == before);
    }
    load_with(6, (std::uint64_t{1} << 32) - 2);
    CHECK(error_of([&] { session.run(some_data()); }) ==
          "fit: expected at most 4294967295 epochs in all, got 2 after 4294967294");
}

TEST_CASE("save: where the file can't be written there is an Error, and nothing is left behind") {
    const TemporaryDirectory directory;
    CHECK(error_of([&] { io::save(directory / "missing/model", Model<Small>({.seed = 1})); }) ==
          directory / "missing/model" + ": can't be written: No such file or directory");
    CHECK(directory.names().empty());
}
