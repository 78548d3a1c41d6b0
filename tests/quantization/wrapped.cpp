#include "burin/burin.hpp"
#include "support/check_close.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

using namespace burin;

// What changes nothing around a layer must not change what it computes with 8 bits.

namespace {

constexpr std::size_t steps = 3, features = 6, samples = 20;

template <class Net>
Model<Net> model_of() {
    Model<Net> model({.seed = 1});
    // Of networks that name their layers otherwise, in the same order.
    const auto values = random_numbers<float>(stored_count<Net>, 5);
    std::copy(values.begin(), values.end(), model.parameters().data());
    return model;
}

template <class Net>
data::Dataset<> dataset() {
    const std::size_t count = steps * samples * features / input_shape<Net>.size();
    return {input_shape<Net>, random_numbers<float>(steps * samples * features, 9),
            std::vector<Label>(count)};
}

template <class Net, Rounding Way>
std::vector<float> rounded_outputs() {
    const auto model = model_of<Net>();
    const auto network = std::make_unique<QuantizedNetwork<Net, Way>>();
    quantize(model.parameters(), calibrate(model, dataset<Net>()), *network);
    const auto inputs = random_numbers<float>(steps * samples * features, 10);
    return predict(*network, std::span<const float>(inputs));
}

/// How numbers are rounded is no matter of what wraps the layers: one way will do for most.
template <class Plain, class Wrapped, Rounding... Ways>
void check_same_in() {
    CAPTURE(__PRETTY_FUNCTION__);
    const auto check = []<Rounding Way>(std::integral_constant<Rounding, Way>) {
        CHECK(rounded_outputs<Wrapped, Way>() == rounded_outputs<Plain, Way>());
    };
    (check(std::integral_constant<Rounding, Ways>{}), ...);
}
template <class Plain, class Wrapped>
void check_same() {
#if defined(EVERY_EXTENT)
    check_same_in<Plain, Wrapped, Rounding::once, Rounding::twice>();
#else
    check_same_in<Plain, Wrapped, Rounding::twice>();
#endif
}

template <class... Layers>
using Alone = Sequential<Input<features>, Layers...>;
/// The same for each of three steps.
template <class... Layers>
using Steps = Sequential<Input<steps, features>, Layers...>;
template <class LayerType>
using Each = TimeDistributed<LayerType>;

/// The loss of a network that is trained for 8 bits, and the gradients.
template <class Net>
std::vector<float> aware_gradients() {
    using Aware = QuantizationAware<Net>;
    using Loss = losses::SparseCategoricalCrossentropy;
    auto model = model_of<Aware>();
    std::fill_n(model.parameters().data() + parameter_count<Aware>, statistics_count<Aware>, 0.0F);
    const auto inputs = random_numbers<float>(steps * samples * features, 10);
    std::vector<Label> labels(steps * samples, 1);
    constexpr std::size_t rows = steps * samples * features / input_shape<Net>.size();
    const auto trainer = std::make_unique<Trainer<Aware, Loss, optimizers::SGD, rows>>(model.parameters());
    Samples<Aware, Loss> batch;
    batch.inputs = {inputs.data()};
    batch.targets = {labels.data()};
    batch.rows = rows;
    const auto sum = trainer->gradients(batch);
    std::vector<float> result(trainer->last_gradients().begin(), trainer->last_gradients().end());
    result.push_back(sum.total);
    return result;
}

} // namespace

TEST_CASE("8 bits: layers behind what changes nothing in inference") {
    using Plain = Alone<Dense<5>, ReLU, Dense<4>, Sigmoid, Dense<3>, Softmax>;
    check_same_in<Plain,
                  Alone<Frozen<Sequential<Dense<5>, Dropout<0.5>, ReLU, Regularized<Dense<4>, L2<0.1>>,
                                          Identity, Sigmoid, Sequential<Dense<3>, Softmax, Flatten>>>>,
                  Rounding::once, Rounding::twice>();
}

TEST_CASE("8 bits: layers at each step are those of one step") {
    check_same<
        Alone<Dense<5>, ReLU, Dense<4>, Sigmoid, Dense<3>, Softmax>,
        Steps<Each<Dense<5>>, Each<ReLU>, Each<Dense<4>>, Each<Sigmoid>, Each<Dense<3>>, Each<Softmax>>>();
    check_same<Alone<Dense<5>, Tanh, Dense<4>, LogSoftmax>,
               Steps<Each<Sequential<Dense<5>, Dropout<0.5>, Tanh, Dense<4>>>, LogSoftmax>>();
    check_same<Alone<Dense<6>, ReLU, Dense<5>, Residual<Dense<5>, ReLU>>,
               Steps<Each<Sequential<Dense<6>, Frozen<ReLU>, Dense<5>, Residual<Dense<5>, ReLU>>>>>();
    check_same<Alone<Reshape<3, 2>, Conv1D<4, 2>, ReLU, MaxPool1D<2>, Flatten, Dense<2>>,
               Steps<Each<Sequential<Reshape<3, 2>, Conv1D<4, 2>, ReLU, MaxPool1D<2>, Flatten, Dense<2>>>>>();
    check_same<Alone<Reshape<3, 2>, LSTM<4>>, Steps<Each<Sequential<Reshape<3, 2>, LSTM<4>>>>>();
}

TEST_CASE("8 bits: training knows the link that its loss contains, whatever wraps it") {
    using Plain = Alone<Dense<5>, ReLU, Dense<3>>;
    const auto expected = aware_gradients<Plain>();
    CHECK(aware_gradients<Alone<Dense<5>, ReLU, Dense<3>, Softmax>>() == expected);
    CHECK(aware_gradients<Alone<Dense<5>, ReLU, Dense<3>, Softmax, Identity, Flatten>>() == expected);
    CHECK(aware_gradients<Alone<Dense<5>, Identity, ReLU, Dense<3>, Frozen<LogSoftmax>, Identity>>() ==
          expected);
    const auto at_steps = aware_gradients<Steps<Each<Sequential<Dense<5>, ReLU, Dense<3>, Softmax>>>>();
    check_close(at_steps, expected, 1e-5);
    check_close(
        aware_gradients<Steps<Each<Sequential<Dense<5>, ReLU, Dense<3>>>, Softmax, Reshape<1, 3, 3>>>(),
        expected, 1e-5);
}
