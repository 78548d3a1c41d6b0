// Losses whose targets are not as many as their outputs, in what is hosted.
#include "burin/burin.hpp"
#include "burin/io/option_text.hpp"
#include "burin/losses/ctc.hpp"
#include "burin/losses/info_nce.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

using namespace burin;
using namespace burin::losses;

namespace {

using Masks = Sequential<Input<5>, Dense<6>, Reshape<2, 3>>;
using Pairs = Sequential<Input<2, 6>, TimeDistributed<Sequential<Dense<8>, Tanh, Dense<3>>>>;
using Frames = Sequential<Input<8, 4>, TimeDistributed<Dense<4>>>;

template <class Loss>
using Usual = decltype(burin::detail::usual_metrics<Masks, Loss, 0>(Loss{}));

} // namespace

TEST_CASE("The usual metric is one that can judge the loss's outputs, or none") {
    static_assert(std::is_same_v<Usual<BinaryFocalCrossentropy>, std::tuple<metrics::Accuracy>>);
    static_assert(std::is_same_v<Usual<SparseCategoricalFocalCrossentropy>, std::tuple<metrics::Accuracy>>);
    static_assert(std::is_same_v<Usual<BinaryDice>, std::tuple<metrics::MeanIoU<3>>>);
    static_assert(std::is_same_v<Usual<SparseCategoricalTversky>, std::tuple<metrics::MeanIoU<3>>>);
    static_assert(std::is_same_v<Usual<LogCosh>, std::tuple<metrics::MeanAbsoluteError>>);
    static_assert(std::is_same_v<Usual<Quantile<1>>, std::tuple<metrics::MeanAbsoluteError>>);
    static_assert(std::is_same_v<Usual<Quantile<3>>, std::tuple<burin::detail::EstimateError<Quantile<3>>>>);
    static_assert(std::is_same_v<Usual<GaussianNLL>, std::tuple<burin::detail::EstimateError<GaussianNLL>>>);
    static_assert(std::is_same_v<Usual<Poisson>, std::tuple<burin::detail::EstimateError<Poisson>>>);
    static_assert(std::is_same_v<Usual<CosineSimilarity>, std::tuple<>>);
    static_assert(std::is_same_v<Usual<Contrastive>, std::tuple<>>);
    static_assert(std::is_same_v<Usual<Triplet>, std::tuple<>>);
    static_assert(std::is_same_v<Usual<InfoNCE<>>, std::tuple<>>);
    static_assert(std::is_same_v<Usual<CTC<2>>, std::tuple<>>);
}

TEST_CASE("The usual error of outputs that are no plain numbers is that of what they expect") {
    const auto error = []<Shape Output>(auto loss, const std::vector<double>& outputs,
                                        const std::vector<double>& targets) {
        burin::detail::EstimateError<decltype(loss)> metric{loss};
        metric.template update<Output>(outputs.data(), targets.data(), 1);
        return metric.result();
    };
    const std::vector<double> logs{0, std::log(3.0)}, means{1, 2, -9, 9}, quantiles{0, 1, 9, 0, 4, 9};
    CHECK(error.operator()<Shape{2}>(Poisson{}, logs, {1, 5}) == doctest::Approx(1));
    CHECK(error.operator()<Shape{2}>(Poisson{.log_input = false}, {1, 3}, {1, 5}) == 1);
    CHECK(error.operator()<Shape{4}>(GaussianNLL{}, means, {2, 0}) == 1.5);
    CHECK(error.operator()<Shape(2, 3)>(Quantile{.quantiles = std::array{0.1, 0.45, 0.9}}, quantiles,
                                        {2, 2}) == 1.5);
    // A single mask is judged by what it covers.
    auto iou = burin::detail::overlap_metric<Shape(4, 1)>(BinaryDice{});
    iou.scores.each_by_itself = true;
    const std::vector<double> mask{1, 1, -1, -1}, right{1, 0, 0, 0};
    iou.update<Shape(4, 1)>(mask.data(), right.data(), 1);
    CHECK(iou.result() == 0.5);
}

TEST_CASE("evaluate takes whole groups of losses that compare the samples of a group") {
    using burin::detail::measured_batch;
    static_assert(measured_batch<MeanSquaredError> == 64);
    static_assert(measured_batch<InfoNCE<16>> == 64);
    static_assert(measured_batch<InfoNCE<50>> == 50);
    static_assert(measured_batch<InfoNCE<100>> == 100);
    static_assert(measured_batch<PerOutput<InfoNCE<16>, InfoNCE<24>, BinaryDice>> == 48);
}

TEST_CASE("What a loss is can be read, and compared in a checkpoint") {
    using io::detail::rule_text;
    CHECK(rule_text(CTC<2>{}) ==
          "CTC<2>{blank=0, zero_infinity=false, ignore_index=4294967295, reduction=mean}");
    CHECK(rule_text(Quantile<2>{.quantiles = {0.25, 0.75}}) ==
          "Quantile<2>{quantiles=[0.25,0.75], reduction=mean}");
    CHECK(rule_text(BinaryDice{}) == "detail::BinaryOverlap<detail::DiceRule>{smooth=1e-05, reduction=mean}");
    const std::array weights{1.0, 2.5};
    CHECK(rule_text(BinaryCrossentropy{.pos_weights = weights}) ==
          "BinaryCrossentropy{label_smoothing=0, pos_weight=1, pos_weights=[1,2.5], reduction=mean}");
}

TEST_CASE("Losses of logits tell what their probabilities are, and others none") {
    static_assert(burin::detail::tells_probabilities<Masks, BinaryFocalCrossentropy, 0>);
    static_assert(burin::detail::tells_probabilities<Masks, BinaryJaccard, 0>);
    static_assert(burin::detail::tells_probabilities<Masks, SparseCategoricalDice, 0>);
    static_assert(burin::detail::tells_probabilities<Masks, CTC<2>, 0>);
    static_assert(!burin::detail::tells_probabilities<Masks, GaussianNLL, 0>);
}

TEST_CASE("Weights of positives: one for each of the last axis, finite and not below 0") {
    const auto found = [](const std::vector<double>& weights) {
        return error_of([&] {
            burin::detail::check_class_weights<Masks>(BinaryCrossentropy{.pos_weights = weights}, "fit");
        });
    };
    CHECK(found({1, 2}) == "fit: expected a weight of the positives for each of 3 outputs, got 2");
    CHECK(found({1, -2, 3}) == "fit: pos_weights[1]: expected a finite number of at least 0, got -2.000000");
    CHECK(found({1, 2, 3}) == "(nothing was thrown)");
}

TEST_CASE("Options that no loss can work with are refused in one sentence") {
    const auto found = [](const auto& loss) {
        return error_of([&] { burin::detail::check_loss_options<Masks>(loss, "fit"); });
    };
    CHECK(found(Quantile<2>{.quantiles = {0.5, 1.5}}) ==
          "fit: quantiles: expected numbers between 0 and 1, got 1.5");
    CHECK(found(InfoNCE<>{.temperature = 0}) == "fit: temperature: expected more than 0, got 0");
    CHECK(found(InfoNCE<>{.temperature = std::nan("")}) == "fit: temperature: expected more than 0");
    CHECK(found(CTC<2>{.blank = 3}) == "fit: blank: expected one of the classes of the output, got 3");
    CHECK(found(BinaryFocalCrossentropy{.gamma = -1}) == "fit: gamma: expected at least 0, got -1");
    CHECK(found(PerOutput{GaussianNLL{}}) == "(nothing was thrown)");
    CHECK(found(PerOutput{GaussianNLL{.epsilon = 0}}) == "fit: epsilon: expected more than 0, got 0");
}

TEST_CASE("InfoNCE learns which views belong together, from samples without targets") {
    // The second view is the first, turned round.
    std::vector<float> views = random_numbers<float>(64 * 12, 1);
    for (std::size_t i = 0; i < 64; ++i)
        for (std::size_t j = 0; j < 6; ++j)
            views[i * 12 + 6 + j] = views[i * 12 + 5 - j];
    const auto data = data::Dataset<float>::without_targets(Shape(2, 6), views);
    Model<Pairs> model({.seed = 1});
    const History history = fit(model, data,
                                Fit{.loss = InfoNCE<16>{.temperature = 0.2, .symmetric = true},
                                    .optimizer = optimizers::Adam{.learning_rate = 0.01},
                                    .batch_size = batch<16>,
                                    .epochs = 60,
                                    .verbose = false});
    // By chance it is log 16.
    CHECK(history["loss"].front() > 2);
    CHECK(history["loss"].back() < 0.5 * history["loss"].front());
    CHECK(error_of([&] { (void)history["accuracy"]; }) != "(nothing was thrown)");
}

TEST_CASE("CTC learns labels whose places nobody tells, and refuses the blank among them") {
    // Sounds 1 to 3 stand somewhere in the frames, in this order, one or two of them.
    std::vector<float> frames(32 * 8 * 4);
    std::vector<Label> said(32 * 2, no_label);
    const RandomStream stream{5, Purpose::user, 0};
    for (std::size_t i = 0; i < 32; ++i) {
        const auto first = static_cast<std::size_t>(4 * stream.uniform(2 * i));
        const auto second = 4 + static_cast<std::size_t>(4 * stream.uniform(2 * i + 1));
        for (std::size_t t = 0; t < 8; ++t)
            frames[(i * 8 + t) * 4] = 1;
        const auto say = [&](std::size_t t, Label label) {
            frames[(i * 8 + t) * 4] = 0;
            frames[(i * 8 + t) * 4 + label] = 1;
        };
        const auto label = static_cast<Label>(1 + i % 3);
        say(first, label);
        said[2 * i] = label;
        if (i % 2 == 0) {
            say(second, 3);
            said[2 * i + 1] = 3;
        }
    }
    const CTC<2> loss{};
    const Fit options{.loss = loss,
                      .optimizer = optimizers::Adam{.learning_rate = 0.05},
                      .batch_size = batch<16>,
                      .epochs = 60,
                      .verbose = false};
    Model<Frames> model({.seed = 1});
    const History history = fit(model, data::Dataset<Label>(Shape(8, 4), frames, said), options);
    CHECK(history["loss"].back() < 0.3);

    said[3] = 0;
    CHECK(error_of([&] { fit(model, data::Dataset<Label>(Shape(8, 4), frames, said), options); }) ==
          "fit: sample 1: expected labels other than the blank, got 0");
}
