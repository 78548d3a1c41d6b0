// Training from a Loader.

#include "burin/data/dataset.hpp"
#include "burin/data/loader.hpp"
#include "burin/layers/dense.hpp"
#include "burin/training/fit.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace data = burin::data;
using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<3>>;

data::Dataset<> points(std::size_t count, float last = 0) {
    std::vector<float> inputs;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < count; ++i) {
        inputs.push_back(static_cast<float>(i % 5));
        inputs.push_back(i + 1 == count ? last : static_cast<float>(i % 7));
        labels.push_back(static_cast<Label>(i % 3));
    }
    return {Shape(2), inputs, labels};
}

constexpr auto shift = [](std::span<float> input, const RandomStream& stream) {
    input[0] += static_cast<float>(stream.uniform(0));
};

/// A source of one's own.
struct Points {
    using TargetType = Label;
    using ScalarType = float;
    data::Dataset<> own;
    std::size_t size() const { return own.size(); }
    Shape input_shape() const { return own.input_shape(); }
    std::size_t target_size() const { return 1; }
    void read(std::size_t number, std::span<float> input, std::span<Label> target) const {
        input[0] = own.input(number)[0];
        input[1] = own.input(number)[1];
        target[0] = own.target(number)[0];
    }
};

struct Pause {
    std::size_t at = 0;
    template <class Context>
    void on_batch_end(Context& context) {
        if (context.step() == at)
            context.pause();
    }
};

/// The parameters, and the loss of the last epoch, after a training.
template <class Data, class Validation = data::Dataset<>>
std::vector<float> trained(const Data& train, const Validation* validation = nullptr) {
    Model<Net> model({.seed = 1});
    const History history = fit(
        model, train, Fit{.batch_size = batch<8>, .epochs = 3, .validation = validation, .verbose = false});
    std::vector<float> result(model.parameters().all().begin(), model.parameters().all().end());
    for (const char* name : {"loss", "accuracy"})
        result.push_back(static_cast<float>(history[name].back()));
    if (validation != nullptr)
        result.push_back(static_cast<float>(history["val_loss"].back()));
    return result;
}

} // namespace

TEST_CASE(
    "fit: a Loader trains to the bits of its data set, and augmented to the same at any number of workers") {
    const data::Dataset<> train = points(29), test = points(11);
    const std::vector<float> expected = trained(train, &test);
    const data::Loader validation(Points{test}, {.workers = 1});
    CHECK(trained(data::Loader(train), &validation) == expected);
    const std::vector<float> augmented = trained(data::Loader(train, {.workers = 0}, shift));
    CHECK(augmented.size() == expected.size() - 1);
    CHECK(augmented[0] != expected[0]);
    CHECK(trained(data::Loader(train, {.workers = 3}, shift)) == augmented);
}

TEST_CASE("evaluate: a Loader gives its samples as they are") {
    const data::Dataset<> test = points(150);
    Model<Net> model({.seed = 3});
    const double loss = evaluate(model, test)["loss"];
    CHECK(evaluate(model, data::Loader(test, {.workers = 2}, shift))["loss"] == loss);
}

TEST_CASE("fit: goes on in the middle of an epoch of a Loader") {
    const data::Loader loader(points(29), {.workers = 2}, shift);
    const auto run = [&](std::size_t at) {
        Model<Net> model({.seed = 1});
        Session session(model,
                        Fit{.batch_size = batch<8>, .epochs = 2, .callbacks = Pause{at}, .verbose = false});
        session.run(loader);
        if (at > 0)
            session.run(loader);
        CHECK(session.is_finished());
        return std::vector<float>(model.parameters().all().begin(), model.parameters().all().end());
    };
    CHECK(run(6) == run(0));
}

TEST_CASE("fit: what is wrong with the samples of a Loader is told with its batch") {
    Model<Net> model({.seed = 1});
    const auto error = [&](const data::Dataset<>& train, bool allow = false) {
        return error_of([&] {
            fit(model, data::Loader(train),
                Fit{.batch_size = batch<8>, .shuffle = false, .verbose = false, .allow_not_finite = allow});
        });
    };
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(error(points(20, nan)) == "fit: epoch 1, batch 3: sample 3[1]: expected a finite number, got nan");
    CHECK(error(points(20, nan), true) == "(nothing was thrown)");
    std::vector<Label> labels(20);
    labels[12] = 3;
    CHECK(error({Shape(2), std::vector<float>(40), labels}) ==
          "Loader: sample 12: expected a label below 3, got 3");
    CHECK(error({Shape(3), std::vector<float>(60), labels}) == "fit: expected samples of shape [2], got [3]");
    CHECK(error({}) == "fit: expected at least one sample, got an empty data set");
}
