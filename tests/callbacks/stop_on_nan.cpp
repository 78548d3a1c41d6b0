#include "burin/callbacks/stop_on_nan.hpp"

#include "burin/data/dataset.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/optimizers/sgd.hpp"
#include "burin/training/fit.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<2>, Dense<3>, Tanh, Dense<2>, ReLU, Dense<1>>;

struct Training {
    Model<Net> model{{.seed = 1}};
    double learning_rate = 1e-3;
    std::size_t epochs = 2;
    std::vector<float> inputs = std::vector<float>(12, 1);
    std::vector<float> targets = std::vector<float>(6, 1);
    callbacks::StopOnNaN stop{};

    /// Three batches of two an epoch.
    std::string error() {
        return error_of([&] {
            fit(model, data::Dataset<float>(Shape(2), inputs, targets),
                Fit{.loss = losses::MeanSquaredError{},
                    .optimizer = optimizers::SGD{.learning_rate = learning_rate},
                    .batch_size = batch<2>,
                    .epochs = epochs,
                    .callbacks = &stop,
                    .shuffle = false,
                    .verbose = false,
                    .allow_not_finite = true});
        });
    }
};

constexpr float infinity = std::numeric_limits<float>::infinity();

} // namespace

TEST_CASE("StopOnNaN: says nothing while all is finite") {
    Training training;
    CHECK(training.error() == "(nothing was thrown)");
    CHECK(training.stop.cause.empty());
}

TEST_CASE("StopOnNaN: names the first layer whose output is not finite") {
    Training training;
    // Rows 1 and 3 of the second batch overflow behind the tanh.
    for (std::size_t i = 0; i < 6; ++i)
        training.model["2.weight"][i] = 3e38f;
    for (std::size_t i = 4; i < 8; ++i)
        training.inputs[i] = 10;
    for (std::size_t i = 0; i < 6; ++i)
        training.model["0.weight"][i] = 1;
    training.inputs[0] = training.inputs[1] = training.inputs[2] = training.inputs[3] = 0;
    const std::string error = training.error();
    CHECK(error.starts_with("callbacks::StopOnNaN: epoch 1, batch 2: expected a finite loss, got "));
    CHECK(error.ends_with("; the first output that is not finite is that of layer `2` `Dense<2>`"));
}

TEST_CASE("StopOnNaN: names parameters that are not finite, from the start or by an update") {
    Training training;
    training.model["2.bias"][1] = infinity;
    const std::string spoilt =
        "` is not finite since an update; a smaller learning rate, or `clip_norm`, may help";
    CHECK(training.error() ==
          "callbacks::StopOnNaN: epoch 1, batch 1: expected a finite loss, got inf; `2.bias" + spoilt);

    Training fast;
    fast.learning_rate = 3e38;
    fast.targets.assign(6, 1e6f);
    const std::string error = fast.error();
    CHECK(error.starts_with("callbacks::StopOnNaN: epoch 1, batch 2: expected a finite loss, got "));
    CHECK(error.ends_with(spoilt));

    // The last update of an epoch.
    Training single;
    single.learning_rate = 3e38;
    single.targets.assign(2, 1e6f);
    single.inputs.resize(4);
    CHECK(
        single.error().starts_with("callbacks::StopOnNaN: epoch 1, batch 1: expected finite parameters; `"));
}

TEST_CASE("StopOnNaN: targets and inputs that are the cause") {
    Training training;
    training.targets[5] = 3e38f;
    CHECK(training.error() ==
          "callbacks::StopOnNaN: epoch 1, batch 3: expected a finite loss, got inf; all outputs are "
          "finite, so that targets or weights of samples are too large");
    Training inputs;
    inputs.inputs[9] = std::numeric_limits<float>::quiet_NaN();
    CHECK(inputs.error() ==
          "callbacks::StopOnNaN: epoch 1, batch 3: expected a finite loss, got nan; an input of the "
          "batch is not finite");
}
