#include "burin/data/balance/balanced_batches.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/dense.hpp"
#include "burin/training/fit.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<1>, Dense<2>>;

/// How many samples of class 1 each batch has.
struct Count {
    std::vector<std::size_t>* ones;

    template <class Context, class Samples, class Output, class Scalar>
    void on_outputs(Context&, const Samples& samples, Output, const Scalar*, std::size_t rows) {
        const Label* const labels = std::get<0>(samples.targets);
        ones->push_back(0);
        for (std::size_t row = 0; row < rows; ++row)
            ones->back() += labels[row];
    }
    void on_batch_end(auto&) {}
};

} // namespace

TEST_CASE("BalancedBatches: every batch of fit has as many of each class, and the bits come again") {
    std::vector<float> inputs;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < 40; ++i) {
        inputs.push_back(static_cast<float>(i) / 40);
        labels.push_back(i % 8 == 0);
    }
    const data::BalancedBatches train(data::Dataset<>(Shape(1), inputs, labels));
    std::vector<std::size_t> ones;
    const auto trained = [&] {
        Model<Net> model({.seed = 1});
        fit(model, train,
            Fit{.batch_size = batch<16>,
                .epochs = 2,
                .validation = HeldOut{0.2},
                .callbacks = Count{&ones},
                .verbose = false});
        return model.parameters()["0.bias"][0];
    };
    const float bias = trained();
    CHECK(ones == std::vector<std::size_t>{8, 8, 8, 8});
    CHECK(trained() == bias);
}
