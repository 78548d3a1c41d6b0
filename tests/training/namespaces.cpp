// A user may write them all. Three names are those of losses and of metrics and are qualified:
// MeanSquaredError and MeanAbsoluteError, as in Keras, and PerOutput.
#include "burin/burin.hpp"

#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <tuple>

using namespace burin;
using namespace burin::data;
using namespace burin::decoding;
using namespace burin::initializers;
using namespace burin::io;
using namespace burin::losses;
using namespace burin::metrics;
using namespace burin::optimizers;
using namespace burin::report;

TEST_CASE_TEMPLATE("names of all namespaces stand side by side", Optimizer, SGD, GradientDescent, Momentum,
                   Nesterov, Adagrad, RMSprop, Adam, AdamW) {
    using Net = Sequential<Input<4>, Dense<8>, BatchNorm<RunningMomentum<0.2>, Epsilon<1e-3>>, ReLU,
                           Dropout<0.1>, Dense<3>>;
    Model<Net> model({.seed = 1});
    std::vector<Label> labels(20);
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<Label>(i % 3);
    const auto [train, test] = Dataset<Label>(Shape(4), random_numbers<float>(80, 1), labels).split(0.5, 1);
    const History history = fit(model, train,
                                Fit{.loss = SparseCategoricalCrossentropy{.reduction = Reduction::mean},
                                    .optimizer = Optimizer{},
                                    .batch_size = batch<5>,
                                    .epochs = 2,
                                    .validation = &test,
                                    .metrics = std::tuple{Accuracy{}, TopKAccuracy<2>{}},
                                    .verbose = false});
    CHECK(history["loss"].size() == 2);
    CHECK(evaluate(model, test)["accuracy"] >= 0);
    initialize(model.parameters(), GlorotUniform{}, 2);
    CHECK(evaluate(model, test)["loss"] > 0);
}
