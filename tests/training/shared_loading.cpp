// What the threads of `Fit{.threads = n}` load, and what comes of it where that fails.
#include "burin/data/dataset.hpp"
#include "burin/data/loader.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/parallel/team.hpp"
#include "burin/training/fit.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<40, 40>, Flatten, Dense<10>>;

constexpr std::size_t count = 150;

data::Dataset<> samples() {
    std::vector<float> inputs(count * 1600);
    std::vector<Label> labels(count);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        inputs[i] = static_cast<float>(i * i % 1009) / 1009;
    // The first number of a sample is its number.
    for (std::size_t i = 0; i < count; ++i) {
        inputs[i * 1600] = static_cast<float>(i);
        labels[i] = static_cast<Label>(i % 10);
    }
    return {Shape(40, 40), std::move(inputs), std::move(labels)};
}

const data::Dataset<> train = samples();

auto options(std::size_t threads) {
    return Fit{.optimizer = optimizers::Adam{.learning_rate = 1e-4},
               .batch_size = batch<64>,
               .epochs = 2,
               .shuffle = false,
               .seed = 3,
               .verbose = false,
               .allow_not_finite = true,
               .threads = threads};
}

template <class Data>
std::vector<float> trained(const Data& data, std::size_t threads) {
    Model<Net> model({.seed = 1});
    fit(model, data, options(threads));
    return {model.parameters().values.begin(), model.parameters().values.end()};
}

/// A data set that tells which of its samples are read.
template <class Tell>
struct Watched {
    const Tell& tell;

    using TargetType = Label;
    std::size_t size() const { return train.size(); }
    bool empty() const { return false; }
    Shape input_shape() const { return train.input_shape(); }
    std::size_t target_size() const { return train.target_size(); }
    bool has_weights() const { return false; }
    float weight(std::size_t) const { return 1; }
    void check_labels(std::size_t, IgnoredLabel) const {}
    auto input(std::size_t number) const {
        tell(number);
        return train.input(number);
    }
    auto target(std::size_t number) const { return train.target(number); }
};

} // namespace

TEST_CASE("fit: a Loader without workers is filled by the threads of fit, to the same bits") {
    const parallel::Threads asked(5);
    std::atomic<std::size_t> calls = 0, others = 0, expected_threads = 0;
    const auto shift = [&](std::span<float> input, const RandomStream& stream) {
        ++calls;
        others += parallel::threads() != expected_threads;
        input[0] = static_cast<float>(stream.uniform(0));
    };
    const data::Loader loader(train, {.workers = 0}, shift);
    std::vector<float> alone;
    for (const std::size_t threads : {1u, 2u, 3u}) {
        CAPTURE(threads);
        calls = 0, others = 0;
        // Work that the team shares is done with its threads, other work with those of the caller.
        expected_threads = !parallel::has_pool ? 1 : threads == 1 ? 5 : threads;
        const std::vector<float> found = trained(loader, threads);
        CHECK(calls == 2 * count);
        CHECK(others == 0);
        if (threads == 1)
            alone = found;
        CHECK(found == alone);
    }
    expected_threads = parallel::has_pool ? 5 : 1;
    CHECK(trained(data::Loader(train, {.workers = 2},
                               [&](auto input, const RandomStream& stream) {
                                   input[0] = static_cast<float>(stream.uniform(0));
                               }),
                  2) == alone);
}

TEST_CASE("fit: what is thrown on one of its threads comes out of it, that of the first sample") {
    const auto fail = [](std::size_t number) {
        if (number == 70 || number == 71 || number == 127)
            throw std::runtime_error("sample " + std::to_string(number) + " is gone");
    };
    const data::Loader loader(train, {.workers = 0}, [&](std::span<float> input, const RandomStream&) {
        fail(static_cast<std::size_t>(input[0]));
    });
    for (const std::size_t threads : {1u, 2u, 3u, 7u}) {
        CAPTURE(threads);
        for (int again = 0; again < 5; ++again) {
            CHECK(error_of([&] { trained(loader, threads); }) == "Loader: batch 1: sample 70 is gone");
            CHECK_THROWS_WITH_AS(trained(Watched{fail}, threads), "sample 70 is gone", std::runtime_error);
        }
    }
}

TEST_CASE(
    "evaluate: within work that is shared, it has the threads of that, and alone as many as are asked") {
    const Model<Net> model({.seed = 1});
    std::atomic<std::size_t> at_once = 0, most = 0;
    const auto look = [&](std::size_t) {
        const std::size_t now = ++at_once;
        for (std::size_t before = most; before < now && !most.compare_exchange_weak(before, now);)
            ;
        --at_once;
    };
    const double loss = evaluate(model, train)["loss"];
    const parallel::Threads asked(3);
    parallel::for_each(8, [&](std::size_t) { CHECK(evaluate(model, Watched{look})["loss"] == loss); });
    CHECK(most <= 3);
    const parallel::Threads one(1);
    most = 0;
    evaluate(model, Watched{look});
    CHECK(most == 1);
}
