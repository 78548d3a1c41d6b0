#include "burin/data/loader.hpp"
#include "burin/data/dataset.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace data = burin::data;
using burin::Error;
using burin::Label;
using burin::RandomStream;
using burin::Shape;

namespace {

data::Dataset<> numbers(std::size_t count, bool weighted = false) {
    std::vector<float> inputs, weights;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t f = 0; f < 3; ++f)
            inputs.push_back(static_cast<float>(10 * i + f));
        labels.push_back(static_cast<Label>(i));
        if (weighted)
            weights.push_back(static_cast<float>(i) / 2);
    }
    return {Shape(3), inputs, labels, weights};
}

/// Adds random numbers, and gives threads an occasion to overtake each other.
struct Noise {
    void operator()(std::span<float> input, const RandomStream& stream) const {
        if (stream.word(100) % 4 == 0)
            std::this_thread::sleep_for(std::chrono::microseconds(stream.word(101) % 300));
        for (std::size_t i = 0; i < input.size(); ++i)
            input[i] += static_cast<float>(stream.uniform(i));
    }
};

std::atomic<std::size_t> reads = 0;

struct Epoch {
    std::vector<float> inputs;
    std::vector<Label> labels;
    std::vector<std::size_t> sizes, samples;

    friend bool operator==(const Epoch&, const Epoch&) = default;
};

template <class Loader>
Epoch load(const Loader& loader, const data::LoadOrder& order) {
    Epoch epoch;
    auto batches = loader.batches(order);
    while (const auto* batch = batches.next()) {
        epoch.inputs.insert(epoch.inputs.end(), batch->inputs().begin(), batch->inputs().end());
        epoch.labels.insert(epoch.labels.end(), batch->targets().begin(), batch->targets().end());
        epoch.sizes.push_back(batch->size());
        for (std::size_t row = 0; row < batch->size(); ++row)
            epoch.samples.push_back(batch->number(row));
    }
    CHECK(batches.next() == nullptr);
    return epoch;
}

/// A source whose samples from `bad` on can't be read.
struct Failing {
    using TargetType = Label;
    using ScalarType = float;
    std::size_t bad = 0;
    int kind = 0;

    std::size_t size() const { return 40; }
    Shape input_shape() const { return Shape(1); }
    std::size_t target_size() const { return 1; }
    void read(std::size_t number, std::span<float> input, std::span<Label> target) const {
        if (number >= bad && kind == 0)
            throw Error("sample " + std::to_string(number) + " is broken");
        if (number >= bad && kind == 1)
            throw std::runtime_error("bad luck");
        if (number >= bad && kind == 2)
            throw std::bad_alloc();
        if (number >= bad)
            throw 1;
        input[0] = static_cast<float>(number);
        target[0] = 0;
    }
};

} // namespace

TEST_CASE("Loader: batches have the same bits at any number of workers") {
    for (const std::size_t count : {1u, 7u, 64u, 65u}) {
        CAPTURE(count);
        for (const bool shuffle : {false, true}) {
            const data::LoadOrder order{.seed = 5, .epoch = 2, .batch_size = 8, .shuffle = shuffle};
            const Epoch expected = load(data::Loader(numbers(count), {.workers = 0}, Noise{}), order);
            CHECK(expected.sizes.size() == (count + 7) / 8);
            CHECK(expected.sizes.back() == (count - 1) % 8 + 1);
            CHECK(std::set(expected.labels.begin(), expected.labels.end()).size() == count);
            CHECK(std::is_sorted(expected.labels.begin(), expected.labels.end()) == (!shuffle || count == 1));
            for (const std::size_t workers : {1u, 3u, 5u})
                for (const std::size_t ahead : {0u, 1u, 16u})
                    CHECK(load(data::Loader(numbers(count), {workers, ahead}, Noise{}), order) == expected);
        }
    }
}

TEST_CASE("Loader: what a sample is augmented by depends on seed, epoch and its place alone") {
    const data::Loader loader(numbers(30), {}, Noise{});
    const auto noise_of = [&](const data::LoadOrder& order) {
        const Epoch epoch = load(loader, order);
        std::vector<float> noise(30);
        for (std::size_t i = 0; i < 30; ++i)
            noise[i] = epoch.inputs[3 * i] - static_cast<float>(10 * epoch.samples[i]);
        return noise;
    };
    const auto near = [](const std::vector<float>& one, const std::vector<float>& other) {
        return std::equal(one.begin(), one.end(), other.begin(),
                          [](float a, float b) { return std::abs(a - b) < 1e-4F; });
    };
    const auto first = noise_of({.seed = 1, .batch_size = 4});
    CHECK(near(noise_of({.seed = 1, .batch_size = 7}), first));
    CHECK(near(noise_of({.seed = 1, .batch_size = 30, .shuffle = false}), first));
    CHECK(!near(noise_of({.seed = 1, .epoch = 1}), first));
    CHECK(!near(noise_of({.seed = 2}), first));
    // Samples differ in what they draw.
    CHECK(std::set<float>(first.begin(), first.end()).size() > 25);
    CHECK(load(loader, {.augment = false}) == load(data::Loader(numbers(30)), {}));
}

TEST_CASE(
    "Loader: a source with an order of its own, in which a sample comes twice and is another one each time") {
    struct Twice : data::Dataset<> {
        std::vector<std::size_t> epoch_order(const RandomStream&, bool) const { return {4, 4, 1}; }
    };
    const data::Loader loader(Twice{numbers(5)}, {.workers = 2}, Noise{});
    const Epoch epoch = load(loader, {.batch_size = 2});
    CHECK(epoch.samples == std::vector<std::size_t>{4, 4, 1});
    CHECK(epoch.sizes == std::vector<std::size_t>{2, 1});
    CHECK(epoch.inputs[0] != epoch.inputs[3]);
}

TEST_CASE("Loader: an epoch is gone on with in the middle") {
    const data::Loader loader(numbers(20), {.workers = 2}, Noise{});
    const Epoch all = load(loader, {.batch_size = 6});
    const Epoch rest = load(loader, {.batch_size = 6, .first_batch = 2});
    CHECK(rest.sizes == std::vector<std::size_t>{6, 2});
    CHECK(std::equal(rest.inputs.begin(), rest.inputs.end(), all.inputs.begin() + 12 * 3, all.inputs.end()));
    CHECK(load(loader, {.batch_size = 6, .first_batch = 4}).sizes.empty());
    CHECK(load(loader, {.batch_size = 6, .first_batch = 400}).sizes.empty());
}

TEST_CASE("Loader: weights and targets go along, and an augmentation may change targets") {
    const auto flip = [](std::span<float>, std::span<Label> target, const RandomStream&) {
        target[0] = 99 - target[0];
    };
    const data::Loader loader(numbers(10, true), {.workers = 2}, flip);
    CHECK(loader.has_weights());
    auto batches = loader.batches({.batch_size = 4});
    std::size_t samples = 0;
    while (const auto* batch = batches.next())
        for (std::size_t row = 0; row < batch->size(); ++row, ++samples) {
            CHECK(batch->weight(row) == static_cast<float>(batch->number(row)) / 2);
            CHECK(batch->target(row)[0] == 99 - batch->number(row));
            CHECK(batch->input(row)[1] == static_cast<float>(10 * batch->number(row) + 1));
        }
    CHECK(samples == 10);
    CHECK(load(data::Loader(data::Dataset<>()), {}).sizes.empty());
    const auto order = load(data::Loader(numbers(10)), {});
    CHECK(!data::Loader(numbers(10)).has_weights());
}

TEST_CASE("Loader: an error comes where its batch would, at any number of workers, and the threads end") {
    for (const std::size_t workers : {0u, 1u, 4u}) {
        CAPTURE(workers);
        const auto error = [&](int kind, std::size_t& given) {
            return error_of([&] {
                const data::Loader loader(Failing{20, kind}, {workers, 8});
                auto batches = loader.batches({.batch_size = 6, .shuffle = false});
                try {
                    for (given = 0; batches.next() != nullptr;)
                        ++given;
                } catch (...) {
                    CHECK(batches.next() == nullptr);
                    throw;
                }
            });
        };
        std::size_t given = 0;
        CHECK(error(0, given) == "sample 20 is broken");
        CHECK(given == 3);
        CHECK(error(1, given) == "Loader: batch 3: bad luck");
        CHECK(error(2, given) == "Loader: expected what fits into memory, got more");
        CHECK(error(3, given) == "Loader: batch 3: an exception of an unknown kind");
    }
}

TEST_CASE("Loader: no more is read ahead than was asked for, and a stop in the middle is clean") {

    struct Counting : Failing {
        void read(std::size_t number, std::span<float> input, std::span<Label> target) const {
            ++reads;
            Failing::read(number, input, target);
        }
    };
    Counting source;
    source.bad = 1000;
    const data::Loader loader(source, {.workers = 3, .ahead = 2});
    {
        auto batches = loader.batches({.batch_size = 4});
        CHECK(batches.count() == 10);
        REQUIRE(batches.next() != nullptr);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        CHECK(reads <= 3 * 4);
    }
    CHECK(reads <= 3 * 4);
    for (int i = 0; i < 50; ++i) {
        auto batches = loader.batches({.batch_size = 1});
        if (i % 2 == 0)
            batches.next();
    }
    CHECK(error_of([&] { loader.batches({.batch_size = 0}); }) ==
          "Loader: expected batches of at least 1 sample, got 0");
    CHECK(error_of([&] { data::Loader(numbers(1), {.workers = 5000}); }) ==
          "Loader: expected at most 1024 workers and 65536 batches ahead, got 5000 and 4");
    CHECK(error_of([&] { loader.batches({.batch_size = std::size_t{1} << 60}); }) ==
          "(nothing was thrown)"); // No batch is larger than the source.
}
