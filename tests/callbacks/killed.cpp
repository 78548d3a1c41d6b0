// A training that is killed again and again, and goes on from its checkpoints, ends with the bits of one that
// was not.

#include "burin/callbacks/checkpoint.hpp"
#include "burin/callbacks/csv_log.hpp"
#include "burin/callbacks/early_stopping.hpp"
#include "burin/callbacks/json_lines_log.hpp"
#include "burin/callbacks/reduce_learning_rate.hpp"
#include "burin/data/dataset.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/optimizers/lookahead.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<3>, BatchNorm<>, Dropout<0.2>, Dense<2>>;

data::Dataset<> some_data(std::size_t count) {
    std::vector<float> inputs(count * 3);
    std::vector<Label> labels(count);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<float>(i * i % 17) / 17;
    for (std::size_t i = 0; i < count; ++i)
        labels[i] = static_cast<Label>(i % 7 < 3);
    return data::Dataset<>(Shape(3), std::move(inputs), std::move(labels));
}

/// Trains in a directory, from the checkpoint that is there, and leaves a file `result` with all bits.
void train_in(const std::string& directory) {
    const data::Dataset<> train = some_data(90), test = some_data(20);
    Model<Net> model({.seed = 1});
    Session session(
        model,
        Fit{.optimizer = optimizers::Lookahead{optimizers::Adam{.learning_rate = 1e-2}},
            .batch_size = batch<8>,
            .epochs = 10,
            .validation = test,
            .callbacks = std::tuple{callbacks::Checkpoint{.path = directory + "/run", .every_batches = 3},
                                    callbacks::Checkpoint{
                                        .path = directory + "/best-{epoch}", .best_only = true, .keep = 2},
                                    callbacks::EarlyStopping{.patience = 6, .restore_best_weights = true},
                                    callbacks::ReduceLearningRate{.factor = 0.5, .patience = 1},
                                    callbacks::CsvLog{.path = directory + "/log.csv"},
                                    callbacks::JsonLinesLog{.path = directory + "/log.jsonl"}},
            .seed = 5,
            .verbose = false});
    if (std::filesystem::exists(directory + "/run"))
        io::load(directory + "/run", session);
    if (!session.is_finished())
        session.run(train);
    std::string bits;
    const auto append = [&bits](const auto& values) {
        const auto bytes = std::as_bytes(std::span(values));
        bits.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    append(model.parameters().values);
    append(session.trainer().optimizer_state());
    for (const History::Series& series : session.history().series()) {
        bits += series.name;
        append(series.values);
    }
    append(std::vector{session.trainer().optimizer.optimizer.learning_rate});
    io::write_file(directory + "/result", bits + std::to_string(session.trainer().steps()));
}

/// What a training left that is the same however it came about.
std::vector<std::string> left_in(const std::string& directory) {
    return {bytes_of(directory + "/result"), bytes_of(directory + "/log.csv"),
            bytes_of(directory + "/log.jsonl")};
}

} // namespace

TEST_CASE("Checkpoint: a training killed at 50 random moments ends with the bits of one that never stopped") {
    const TemporaryDirectory directory;
    const auto start = std::chrono::steady_clock::now();
    train_in(directory / "whole");
    const std::chrono::nanoseconds whole_time = std::chrono::steady_clock::now() - start;
    const std::vector<std::string> whole = left_in(directory / "whole");
    REQUIRE(whole[1].find("\n7,") != std::string::npos); // Early stopping ends it there.
    REQUIRE(whole[1].find("\n8,") == std::string::npos);

    const RandomStream random{1, Purpose::shuffling, 0};
    std::size_t kills = 0, trainings = 0;
    for (std::uint64_t child_number = 0; kills < 50; ++trainings) {
        const std::string place = directory / ("killed" + std::to_string(trainings));
        for (bool is_done = false; !is_done; ++child_number) {
            std::fflush(nullptr);
            const pid_t child = fork();
            REQUIRE(child >= 0);
            if (child == 0) {
                try {
                    train_in(place);
                    _exit(0);
                } catch (const std::exception& error) {
                    std::fprintf(stderr, "%s\n", error.what());
                    _exit(1);
                }
            }
            const double part = random.uniform(child_number) / 8;
            std::this_thread::sleep_for(whole_time * part);
            if (kills < 50)
                kill(child, SIGKILL);
            int status = 0;
            REQUIRE(waitpid(child, &status, 0) == child);
            is_done = WIFEXITED(status);
            if (is_done)
                REQUIRE(WEXITSTATUS(status) == 0);
            else
                ++kills;
        }
        const std::vector<std::string> left = left_in(place);
        CHECK(left[0] == whole[0]);
        CHECK(left[1] == whole[1]);
        CHECK(left[2] == whole[2]);
    }
    MESSAGE(kills << " kills in " << trainings << " trainings");
}
