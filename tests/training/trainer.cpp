#include "support/allocations.hpp"
#include "support/networks.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

using namespace burin;

namespace {

using Classifier = Sequential<Input<12>, Dense<20>, ReLU, Dropout<0.3>, Dense<10>, Tanh, Dense<4>>;

constexpr std::size_t samples = 16;

std::vector<Label> labels_for(std::size_t count, std::size_t classes) {
    std::vector<Label> labels(count);
    for (std::size_t i = 0; i < count; ++i)
        labels[i] = static_cast<Label>(i * 7 % classes);
    return labels;
}

template <class Net, class Loss, class Optimizer, std::size_t Batch>
struct Training {
    std::unique_ptr<Parameters<Net>> parameters = std::make_unique<Parameters<Net>>();
    std::unique_ptr<Trainer<Net, Loss, Optimizer, Batch>> trainer;

    explicit Training(std::uint64_t seed, Loss loss = {}, Optimizer optimizer = {}) {
        initialize<Net>(*parameters, initializers::Default{}, seed);
        trainer = std::make_unique<Trainer<Net, Loss, Optimizer, Batch>>(*parameters, loss, optimizer, seed);
    }
    std::vector<float> values() const {
        return {parameters->data(), parameters->data() + parameter_count<Net>};
    }
};

using Sparse = losses::SparseCategoricalCrossentropy;

std::vector<float> parameters_after(std::size_t steps, std::uint64_t seed) {
    Training<Classifier, Sparse, optimizers::Adam, samples> training(seed);
    const auto inputs = random_numbers<float>(samples * 12, 1);
    const auto labels = labels_for(samples, 4);
    for (std::size_t step = 0; step < steps; ++step)
        training.trainer->step(inputs, labels);
    return training.values();
}

} // namespace

TEST_CASE("a thousand training steps allocate nothing") {
    Training<Classifier, Sparse, optimizers::AdamW, samples> training(1);
    const auto inputs = random_numbers<float>(samples * 12, 1);
    const auto labels = labels_for(samples, 4);
    const float before = training.trainer->step(inputs, labels).total;
    const std::size_t allocated = allocations::count;
    float after = 0;
    for (int step = 0; step < 1000; ++step)
        after = training.trainer->step(inputs, labels).total;
    const std::size_t during = allocations::count - allocated;
    CHECK(during == 0);
    CHECK(after < before / 4);
    CHECK(training.trainer->steps() == 1001);
    CHECK(allocated > 0); // the counter counts
}

TEST_CASE("the same seed gives the same bits twice, another seed others") {
    CHECK(parameters_after(50, 3) == parameters_after(50, 3));
    CHECK(parameters_after(50, 3) != parameters_after(50, 4));
}

#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
TEST_CASE("moving averages of gradients that are 0 become 0, and the caller's arithmetic stays as it was") {
    using Net = Sequential<Input<12>, Dense<4>>;
    Training<Net, Sparse, optimizers::Adam, samples> training(1);
    // Where the inputs are 0, so are the gradients of the weights.
    const std::vector<float> inputs(samples * 12, 0);
    const auto labels = labels_for(samples, 4);
    const auto state = training.trainer->optimizer_state();
    std::ranges::fill(state, 2e-38f);
    for (int step = 0; step < 10; ++step)
        training.trainer->step(inputs, labels);
    CHECK(std::ranges::count(state, 0.0f) >= 48);
    CHECK(std::ranges::none_of(state, [](float x) { return std::fpclassify(x) == FP_SUBNORMAL; }));
    volatile float tiny = 2e-38f;
    CHECK(tiny * 0.1f > 0);
}
#endif

TEST_CASE("fewer samples than the batch: what lies behind them does not matter") {
    const auto inputs = random_numbers<float>(samples * 12, 1);
    const auto labels = labels_for(samples, 4);
    const auto train_on = [&]<std::size_t Batch>(std::integral_constant<std::size_t, Batch>,
                                                 std::size_t rows) {
        Training<networks::Mlp, Sparse, optimizers::SGD, Batch> training(2);
        const auto pixels = random_numbers<float>(rows * 784, 5, 0, 1);
        // A full batch before leaves its traces in the arena.
        if (rows < Batch)
            training.trainer->gradients({.inputs = {random_numbers<float>(Batch * 784, 6).data()},
                                         .targets = {labels.data()},
                                         .weights = nullptr,
                                         .rows = Batch});
        training.trainer->step(pixels, std::span(labels).first(rows));
        return training.values();
    };
    CHECK(train_on(std::integral_constant<std::size_t, 16>{}, 5) ==
          train_on(std::integral_constant<std::size_t, 5>{}, 5));
}

TEST_CASE("a network that ends in Softmax trains as one that ends in logits") {
    using Logits = Sequential<Input<6>, Dense<9>, Tanh, Dense<5>>;
    using Probabilities = Sequential<Input<6>, Dense<9>, Tanh, Dense<5>, Softmax>;
    Training<Logits, Sparse, optimizers::Momentum, 8> a(1);
    Training<Probabilities, Sparse, optimizers::Momentum, 8> b(1);
    const auto inputs = random_numbers<float>(8 * 6, 1, -3, 3);
    const auto labels = labels_for(8, 5);
    for (int step = 0; step < 10; ++step)
        CHECK(a.trainer->step(inputs, labels).total == b.trainer->step(inputs, labels).total);
    CHECK(a.values() == b.values());
}

TEST_CASE("metrics see the outputs before the update") {
    Training<Classifier, Sparse, optimizers::SGD, samples> training(1);
    const auto inputs = random_numbers<float>(samples * 12, 1);
    const auto labels = labels_for(samples, 4);
    using SamplesType = decltype(training.trainer)::element_type::SamplesType;
    const SamplesType batch{
        .inputs = {inputs.data()}, .targets = {labels.data()}, .weights = nullptr, .rows = 7};
    std::size_t calls = 0, rows_seen = 0;
    metrics::Accuracy accuracy;
    training.trainer->step(batch, [&](auto output, const float* outputs, std::size_t rows) {
        static_assert(output.value == 0);
        ++calls;
        rows_seen = rows;
        accuracy.update<Shape{4}>(outputs, labels.data(), rows);
    });
    CHECK(calls == 1);
    CHECK(rows_seen == 7);
    CHECK(accuracy.share.count == 7);
}

TEST_CASE("several outputs: each loss counts with its weight") {
    using Net = Graph<Inputs<Node<"x", Input<3>>>, Node<"a", Dense<2>, From<"x">>,
                      Node<"b", Dense<2>, From<"x">>, Outputs<"a", "b">>;
    using Loss = losses::PerOutput<losses::MeanSquaredError, losses::MeanSquaredError>;
    const auto gradients = [](double first, double second) {
        Loss loss{losses::MeanSquaredError{}, losses::MeanSquaredError{}};
        loss.weights = {first, second};
        Training<Net, Loss, optimizers::SGD, 4> training(1, loss);
        const auto x = random_numbers<float>(12, 1), t = random_numbers<float>(8, 2);
        const float value =
            training.trainer
                ->gradients(
                    {.inputs = {x.data()}, .targets = {t.data(), t.data()}, .weights = nullptr, .rows = 4})
                .total;
        const auto all = training.trainer->last_gradients();
        std::vector<float> result(all.begin(), all.end());
        result.push_back(value);
        return result;
    };
    const auto both = gradients(1, 1), first = gradients(1, 0), second = gradients(0, 2);
    for (std::size_t i = 0; i < both.size(); ++i)
        CHECK(both[i] == doctest::Approx(static_cast<double>(first[i] + second[i] / 2)));
    CHECK(std::all_of(first.begin(), first.begin() + 8, [](float g) { return g != 0; }));
    CHECK(std::all_of(first.begin() + 8, first.begin() + 16, [](float g) { return g == 0; }));
}
