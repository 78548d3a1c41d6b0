// What freestanding functions do with spans and rows that are too many, too few or none: an assertion fails,
// and without it nothing is read or written but what belongs to the call, and nothing returned but what was
// computed. Built with the address sanitizer, where there is one.
#include "support/recorded_assertions.hpp"

#include "burin/embedded.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

using namespace burin;
using recorded::assertion_of;

namespace {

using Net = Sequential<Input<3>, Dense<4>, ReLU, Dense<2>>;

/// In a memory block of its own, at whose ends the sanitizer looks.
template <class Net>
std::unique_ptr<Parameters<Net>> trained() {
    auto parameters = std::make_unique<Parameters<Net>>();
    initialize(*parameters, initializers::Default{}, 1);
    return parameters;
}

constexpr std::string_view too_many = "expected no more samples than the batch has rows";
constexpr std::string_view broken = "expected whole samples, one after the other";

/// A Predictor of this batch, given so many samples and a third of one.
template <std::size_t Batch>
void check_predictor(std::size_t samples, std::size_t computed) {
    INFO(samples << " samples for a batch of " << Batch);
    const auto parameters = trained<Net>();
    const auto predictor = std::make_unique<Predictor<Net, Batch>>();
    const auto inputs = random_numbers<float>(samples * 3, 1);
    std::span<const float> outputs;
    CHECK(assertion_of([&] { outputs = (*predictor)(*parameters, inputs); }) ==
          (samples > Batch ? too_many : ""));
    REQUIRE(outputs.size() == 2 * computed);
    Predictor<Net> alone;
    for (std::size_t i = 0; i < computed; ++i)
        CHECK(std::ranges::equal(outputs.subspan(2 * i, 2),
                                 alone(*parameters, std::span(inputs).subspan(3 * i, 3))));
    const auto rows = [&] { predictor->run(*parameters, {inputs.data()}, samples); };
    CHECK(assertion_of(rows) == (samples > Batch ? "Predictor: expected no more rows than its batch" : ""));

    auto more = random_numbers<float>(samples * 3 + 1, 1);
    if (samples < Batch)
        CHECK(assertion_of([&] { outputs = (*predictor)(*parameters, more); }) == broken);
    CHECK(outputs.size() == 2 * computed);
}

} // namespace

TEST_CASE("Predictor: no more is computed and returned than its batch, and than is given") {
    check_predictor<1>(0, 0);
    check_predictor<1>(1, 1);
    check_predictor<1>(9, 1);
    check_predictor<4>(0, 0);
    check_predictor<4>(3, 3);
    check_predictor<4>(4, 4);
    check_predictor<4>(1000, 4);
}

TEST_CASE("Predictor: any number of samples in pieces of its batch") {
    const auto parameters = trained<Net>();
    const auto inputs = random_numbers<float>(11 * 3, 1);
    const std::span<const float, stored_count<Net>> array(parameters->data(), stored_count<Net>);
    const TrainedParameters<Net> on_device(array);
    std::vector<float> expected(22);
    Predictor<Net, 11> at_once;
    std::ranges::copy(at_once(*parameters, inputs), expected.begin());

    Predictor<Net, 4> predictor;
    std::vector<float> outputs(22);
    CHECK(assertion_of([&] {
              CHECK(predictor(*parameters, inputs, outputs).size() == 22);
              CHECK(outputs == expected);
              std::ranges::fill(outputs, 0.0F);
              CHECK(predictor(on_device, inputs, outputs).size() == 22);
              CHECK(outputs == expected);
              std::ranges::fill(outputs, 0.0F);
              CHECK(predictor(array, inputs, outputs).size() == 22);
              CHECK(outputs == expected);
              CHECK(predictor(*parameters, {}, {}).empty());
          }) == "");

    // Room for four samples and a half.
    std::vector<float> few(9, 7.0F);
    CHECK(assertion_of([&] { CHECK(predictor(*parameters, inputs, few).size() == 8); }) ==
          "expected room for the outputs of all samples");
    CHECK(std::equal(few.begin(), few.begin() + 8, expected.begin()));
    CHECK(few[8] == 7);
    CHECK(assertion_of([&] {
              CHECK(predictor(*parameters, std::span(inputs).first(8), outputs).size() == 4);
          }) == broken);
}

TEST_CASE("Streamer: pieces of another size") {
    using Line = Sequential<Input<8, 2>, LSTM<3, ReturnSequences>>;
    const auto parameters = trained<Line>();
    const auto x = random_numbers<float>(16, 1);
    using Two = Streamer<Line, 2>;
    constexpr std::string_view sentence = "Streamer: expected exactly the next steps of each sequence";

    Two whole;
    std::vector<float> expected;
    for (std::size_t t = 0; t < 16; t += 4) {
        const auto y = whole(*parameters, std::span(x).subspan(t, 4));
        expected.insert(expected.end(), y.begin(), y.end());
    }
    const auto streamer = std::make_unique<Two>();
    CHECK(assertion_of([&] { CHECK((*streamer)(*parameters, std::span(x).first(3)).empty()); }) == sentence);
    CHECK(assertion_of([&] { CHECK((*streamer)(*parameters, std::span<const float>()).empty()); }) ==
          sentence);
    // What was too short has left no trace; of what is too long the first piece counts.
    CHECK(assertion_of([&] {
              CHECK(std::ranges::equal((*streamer)(*parameters, x), std::span(expected).first(6)));
          }) == sentence);

    streamer->reset();
    std::vector<float> outputs(24);
    CHECK(assertion_of([&] { CHECK((*streamer)(*parameters, x, outputs).size() == 24); }) == "");
    CHECK(outputs == expected);
    streamer->reset();
    std::vector<float> few(13, 7.0F);
    CHECK(assertion_of([&] { CHECK((*streamer)(*parameters, x, few).size() == 12); }) ==
          "Streamer: expected room for the outputs of all pieces");
    CHECK(std::equal(few.begin(), few.begin() + 12, expected.begin()));
    CHECK(few[12] == 7);
    CHECK(assertion_of([&] { streamer->reset(1); }) == "CarriedState: expected a row of its batch");
}

TEST_CASE("QuantizedPredictor, quantize, dequantize: no more than there is room for") {
    const auto parameters = trained<Net>();
    const auto x = random_numbers<float>(5 * 3, 1);
    const auto calibrator = std::make_unique<Calibrator<Net, 2>>();
    CHECK(assertion_of([&] { calibrator->observe(parameters->data(), {x.data()}, 5); }) ==
          "Calibrator: expected no more rows than its batch");
    CHECK(assertion_of([&] { calibrator->observe(parameters->data(), {nullptr}, 0); }) == "");
    const auto network = quantize(*parameters, calibrator->ranges());

    std::vector<std::int8_t> inputs(15);
    quantize(x, network.inputs[0], inputs);
    const auto predictor = std::make_unique<QuantizedPredictor<Net, 2>>();
    const auto one = std::make_unique<QuantizedPredictor<Net>>();
    CHECK(assertion_of([&] { CHECK((*predictor)(network, inputs).size() == 4); }) == too_many);
    CHECK(assertion_of([&] { CHECK((*one)(network, inputs).size() == 2); }) == too_many);
    CHECK(assertion_of([&] { CHECK((*one)(network, std::span<const std::int8_t>()).empty()); }) == "");
    CHECK(assertion_of([&] { predictor->run(network, {inputs.data()}, 5); }) ==
          "QuantizedPredictor: expected no more rows than its batch");
    const auto in_arena = std::make_unique<QuantizedPredictor<Net, 2, InputMemory::arena>>();
    CHECK(assertion_of([&] { in_arena->run(network, 3); }) ==
          "QuantizedPredictor: expected no more rows than its batch");

    std::vector<std::int8_t> few(4, 99);
    CHECK(assertion_of([&] { quantize(x, network.inputs[0], std::span(few).first(3)); }) ==
          "quantize: expected room for all numbers");
    CHECK(std::equal(few.begin(), few.begin() + 3, inputs.begin()));
    CHECK(few[3] == 99);
    std::vector<float> back(2, 7.0F);
    CHECK(assertion_of([&] { dequantize(few, network.inputs[0], std::span(back).first(1)); }) ==
          "dequantize: expected room for all numbers");
    CHECK(back[1] == 7);
    CHECK(argmax(std::span<const std::int8_t>()) == 0);
}

TEST_CASE("Trainer: steps on more samples than its batch, on none, and without their targets") {
    using Loss = losses::SparseCategoricalCrossentropy;
    using TrainerType = Trainer<Net, Loss, optimizers::SGD, 4>;
    const auto inputs = random_numbers<float>(9 * 3, 1);
    const std::vector<Label> labels{0, 1, 1, 0, 1, 0, 0, 1, 1};
    /// What the parameters become by one step on so many inputs and labels.
    const auto after = [&](std::size_t input_count, std::size_t label_count) {
        const auto parameters = trained<Net>();
        const auto trainer = std::make_unique<TrainerType>(*parameters);
        // Without what lies behind them.
        const std::vector<float> x(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(input_count));
        const std::vector<Label> t(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(label_count));
        trainer->step(x, t);
        return std::vector<float>(parameters->values.begin(), parameters->values.end());
    };
    const auto untrained = trained<Net>();
    const std::vector<float> initial(untrained->values.begin(), untrained->values.end());
    CHECK(assertion_of([&] { CHECK(after(0, 0) == initial); }) ==
          "Trainer: expected samples with all their inputs and targets");
    CHECK(assertion_of([&] { CHECK(after(27, 9) == after(12, 4)); }) == too_many);
    CHECK(assertion_of([&] { CHECK(after(12, 3) == after(9, 3)); }) ==
          "Trainer: expected the targets of each sample");
    CHECK(assertion_of([&] { CHECK(after(13, 4) == after(12, 4)); }) == too_many);
    constexpr std::string_view incomplete = "Trainer: expected samples with all their inputs and targets";
    CHECK(assertion_of([&] { CHECK(after(12, 0) == initial); }) == incomplete);

    const auto parameters = trained<Net>();
    const auto trainer = std::make_unique<TrainerType>(*parameters);
    using SamplesType = TrainerType::SamplesType;
    const auto step_on = [&](const float* x, const Label* t, std::size_t rows) {
        SamplesType samples;
        samples.inputs = {x};
        samples.targets = {t};
        samples.rows = rows;
        return trainer->gradients(samples).weight;
    };
    CHECK(assertion_of([&] { CHECK(step_on(inputs.data(), labels.data(), 9) == 4); }) ==
          "Trainer: expected no more rows than its batch");
    CHECK(assertion_of([&] { CHECK(step_on(nullptr, labels.data(), 2) == 0); }) == incomplete);
    CHECK(assertion_of([&] { CHECK(step_on(inputs.data(), nullptr, 2) == 0); }) == incomplete);
    CHECK(trainer->steps() == 1);
}

TEST_CASE("losses: labels that are no class, and classes without a weight, make their position's loss NaN") {
    constexpr Shape output{5};
    const auto z = random_numbers<float>(40 * 5, 1);
    constexpr std::string_view no_class = "loss: expected labels below the number of classes";
    const auto check = [&](const auto& loss, Label wrong, std::string_view sentence) {
        for (const std::size_t at : {std::size_t(0), std::size_t(7), std::size_t(39)}) {
            std::vector<Label> labels(40, 2);
            labels[at] = wrong;
            std::vector<float> gradient(200);
            losses::LossSum<float> sum;
            CHECK(assertion_of([&] {
                      sum = losses::value_and_gradient<output>(loss, z.data(), labels.data(), nullptr,
                                                               gradient.data(), 40);
                  }) == sentence);
            CHECK(std::isnan(sum.total));
            CHECK(std::isnan(losses::value<output>(loss, z.data(), labels.data(), nullptr, 40).total));
            for (std::size_t c = 0; c < 5; ++c)
                CHECK(std::isnan(gradient[5 * at + c]));
        }
    };
    using Sparse = losses::SparseCategoricalCrossentropy;
    const std::vector<double> weights(5, 2.0);
    for (const Label wrong : {Label(5), Label(4'000'000'000), no_label}) {
        check(Sparse{}, wrong, no_class);
        check(Sparse{.label_smoothing = 0.1}, wrong, no_class);
        check(Sparse{.class_weights = weights}, wrong, no_class);
        check(losses::MultiClassHinge{}, wrong, no_class);
    }
    constexpr std::string_view no_weight = "loss: expected a weight for each class";
    const std::span<const double> three = std::span(weights).first(3);
    check(Sparse{.class_weights = three}, 4, no_weight);
    check(Sparse{.label_smoothing = 0.1, .class_weights = three}, 2, no_weight);
    const std::vector<float> shares(40 * 5, 0.2F);
    CHECK(assertion_of([&] {
              CHECK(std::isnan(losses::value<output>(losses::CategoricalCrossentropy{.class_weights = three},
                                                     z.data(), shares.data(), nullptr, 40)
                                   .total));
          }) == no_weight);
}

TEST_CASE("metrics: a label that is no class is never right") {
    const auto z = random_numbers<float>(4 * 5, 1);
    const std::vector<Label> labels{5, 4'000'000'000, no_label, 77};
    metrics::Accuracy accuracy;
    metrics::TopKAccuracy<5> best;
    accuracy.update<Shape{5}>(z.data(), labels.data(), 4);
    best.update<Shape{5}>(z.data(), labels.data(), 4);
    CHECK(accuracy.result() == 0);
    CHECK(best.result() == 0);
    CHECK(accuracy.share.count == 4);
}

TEST_CASE("TensorView: an index beyond its elements; a hypothesis that was never begun") {
    auto parameters = trained<Net>();
    CHECK(assertion_of([&] { static_cast<void>(&(*parameters)["0.weight"][11]); }) == "");
    CHECK(assertion_of([&] { static_cast<void>(&(*parameters)["0.weight"][12]); }) ==
          "TensorView: expected an index below its size");
    CHECK(decoding::Hypothesis<4>{}.written().empty());
    CHECK(decoding::Hypothesis<4>{.length = 1, .is_finished = true}.written().empty());
}
