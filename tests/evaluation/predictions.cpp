#include "burin/evaluation/predictions.hpp"
#include "burin/data/dataset.hpp"
#include "burin/evaluation/classification.hpp"
#include "burin/evaluation/regression.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/losses/binary_crossentropy.hpp"
#include "burin/losses/per_output.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/metrics/f_beta.hpp"
#include "burin/metrics/weighted.hpp"
#include "burin/training/evaluate.hpp"
#include "reference/metrics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

using namespace burin;
using evaluation::Predictions;
namespace data_of = reference::metrics;

namespace {

doctest::Approx close(double value) {
    return doctest::Approx(value).epsilon(1e-12);
}

Predictions of_classes() {
    return Predictions::of_classes(data_of::labels, data_of::probabilities, 4, data_of::weights);
}
Predictions of_yes_or_no() {
    return Predictions::of_yes_or_no(data_of::targets, data_of::yes, 1, data_of::yes_weights);
}

/// A model that gives its inputs.
template <class Net>
Model<Net, double> echo() {
    Model<Net, double> model;
    auto& parameters = model.parameters();
    constexpr std::size_t size = engine::Network<Net>::input_shapes[0].size();
    for (std::size_t i = 0; i < size * (size + 1); ++i)
        parameters.data()[i] = i < size * size && i % (size + 1) == 0 ? 1 : 0;
    return model;
}

} // namespace

TEST_CASE("Predictions: of classes everything is as scikit-learn's") {
    const Predictions p = of_classes();
    CHECK(p.size() == 40);
    CHECK(p.classes() == 4);
    CHECK(p.accuracy() == close(data_of::accuracy[1]));
    CHECK(p.subset_accuracy() == p.accuracy());
    CHECK(p.confusion().cohen_kappa() == close(data_of::kappa_equal[1]));
    CHECK(p.scores().f1() == close(data_of::f1_macro[1]));
    CHECK(p.top_k_accuracy(2) == close(data_of::top2[1]));
    CHECK(p.roc_auc() == close(data_of::ovr_macro[1]));
    CHECK(p.roc_auc(metrics::MultiClass::one_vs_rest, metrics::Average::weighted) ==
          close(data_of::ovr_weighted[1]));
    CHECK(p.average_precision() == close(data_of::average_precision_classes[1]));
    CHECK(p.log_loss() == close(data_of::log_loss[1]));
    CHECK(p.brier_score() == close(data_of::brier[1]));
    CHECK(p.expected_calibration_error() == close(data_of::calibration[1]));
    CHECK_THROWS_WITH_AS(p.roc(4), "Predictions: expected a class below 4, got 4", Error);
}

TEST_CASE("Predictions: of yes or no, and of several labels") {
    const Predictions p = of_yes_or_no();
    CHECK(p.classes() == 2);
    CHECK(p.roc_auc() == close(data_of::roc_auc[1]));
    CHECK(p.roc(0).area() == close(data_of::roc_auc[1]));
    CHECK(p.average_precision() == close(data_of::average_precision[1]));
    CHECK(p.log_loss() == close(data_of::yes_log_loss[1]));
    CHECK(p.brier_score() == close(data_of::yes_brier[1]));
    CHECK(p.expected_calibration_error(5) == close(data_of::yes_calibration[1]));
    CHECK(p.scores().f1(metrics::Average::binary) == close(data_of::yes_f1[1]));
    CHECK(p.confusion().matthews() == close(data_of::yes_matthews[1]));
    const auto labels =
        Predictions::of_yes_or_no(data_of::label_targets, data_of::label_named, 3, data_of::label_weights);
    CHECK(labels.is_multi_label());
    CHECK(labels.subset_accuracy() == close(data_of::subset_accuracy[1]));
    CHECK(labels.scores().f1() == close(data_of::label_f1_macro[1]));
    CHECK(labels.accuracy() > labels.subset_accuracy());
    CHECK_THROWS_WITH_AS(labels.confusion(), "Predictions: expected one right class a sample, got 3 labels",
                         Error);
}

TEST_CASE("Predictions: the worst mistakes, and answers that are none") {
    auto p = Predictions::of_classes({0, 1, 1}, {0.9, 0.1, 0.8, 0.2, 0.4, 0.6}, 2);
    const auto worst = p.worst(2);
    REQUIRE(worst.size() == 2);
    CHECK(worst[0].sample == 1);
    CHECK(worst[0].label == 1);
    CHECK(worst[0].named == 0);
    CHECK(worst[0].probability == 0.2);
    CHECK(worst[1].sample == 2);
    CHECK(p.worst(9).size() == 3);
    p.probabilities[5] = std::nan("");
    CHECK(p.worst(1)[0].sample == 2);
    CHECK(p.worst(1)[0].named == no_label);
    CHECK(p.accuracy() == close(1.0 / 3));
    CHECK_THROWS_AS(p.log_loss(), Error);
    auto yes = Predictions::of_yes_or_no({1, 0, 1, 0}, {0.9, 0.8, std::nan(""), std::nan("")}, 2);
    CHECK(yes.accuracy() == 0.25);
    CHECK(yes.subset_accuracy() == 0);
    CHECK(yes.scores().recall_of(0) == 0.5);
    CHECK(yes.worst(1)[0].label == 0);
    CHECK_THROWS_WITH_AS(
        Predictions::of_classes({}, {}, 2),
        "Predictions: expected 2 scores for each of 0 labels (at least one of each), got 0 scores", Error);
}

TEST_CASE("classification: collects what a model says of a data set") {
    using Net = Sequential<Input<2>, Dense<2>>;
    const auto model = echo<Net>();
    const data::Dataset<Label, double> samples(Shape{2}, {2, 0, 0, 1, 1, 0, 0, 3}, {0, 1, 1, 1},
                                               {1, 2, 3, 0});
    const losses::SparseCategoricalCrossentropy loss;
    const Predictions p = evaluation::classification(model, samples, loss);
    CHECK(p.accuracy() == close(0.5));
    CHECK(p.log_loss() == close(evaluate(model, samples, loss)["loss"]));
    // What fit and evaluate measure of the same.
    const auto measured =
        evaluate(model, samples, loss,
                 std::tuple{metrics::Accuracy{}, metrics::Weighted{metrics::Accuracy{}}, metrics::F1<>{}});
    CHECK(measured["accuracy"] == 0.75);
    CHECK(measured["weighted_accuracy"] == close(p.accuracy()));
    CHECK(measured["f1"] == close(0.8));
    // Positions to ignore, and the model's own idea of its outputs.
    const losses::SparseCategoricalCrossentropy ignoring{.ignore_index = 1};
    CHECK(evaluation::classification(model, samples, ignoring).size() == 1);
    CHECK(evaluation::classification(model, samples).probabilities == p.probabilities);
    CHECK_THROWS_WITH_AS(evaluation::classification(model, samples.subset(0, 0)),
                         "classification: expected at least one sample, got an empty data set", Error);
    const data::Dataset<Label, double> padded(Shape{2}, {2, 0}, {no_label});
    CHECK_THROWS_WITH_AS(evaluation::classification(model, padded),
                         "classification: sample 0: expected a label below 2, got 4294967295.000000; give "
                         "the loss if that one is "
                         "to be ignored",
                         Error);
    // One-hot targets, and several yes or no.
    const data::Dataset<double, double> rows(Shape{2}, {2, 0, 0, 1}, {1, 0, 1, 1});
    CHECK(evaluation::classification(model, rows).labels == std::vector<Label>{0, 0});
    const Predictions each = evaluation::classification(model, rows, losses::BinaryCrossentropy{});
    CHECK(each.is_multi_label());
    CHECK(each.targets == std::vector<double>{1, 0, 1, 1});
    CHECK(each.log_loss() == close(2 * evaluate(model, rows, losses::BinaryCrossentropy{})["loss"]));
}

TEST_CASE("classification: one of several outputs, by the losses of all") {
    using Net = Graph<Inputs<Node<"x", Input<2>>>, Node<"kind", Dense<2>, From<"x">>,
                      Node<"is", Dense<1>, From<"x">>, Outputs<"kind", "is">>;
    Model<Net, double> model;
    // The kinds are the inputs; yes is where the first is positive.
    constexpr double weights[]{1, 0, 0, 1, 0, 0, 1, 0, 0};
    std::copy_n(weights, 9, model.parameters().data());
    const data::Dataset<double, double> samples(Shape{2}, {2, 1, -1, 0, 1, 0}, {0, 1, 9, 0, 1, 1});
    const losses::PerOutput loss{losses::SparseCategoricalCrossentropy{.ignore_index = 9},
                                 losses::BinaryCrossentropy{}};
    const Predictions kind = evaluation::classification(model, samples, loss);
    CHECK(kind.labels == std::vector<Label>{0, 1});
    CHECK(kind.accuracy() == 0.5);
    const Predictions is = evaluation::classification<1>(model, samples, loss);
    CHECK(is.is_binary());
    CHECK(is.targets == std::vector<double>{1, 0, 1});
    CHECK(is.accuracy() == 1);
}

TEST_CASE("regression: collects numbers and targets") {
    using Net = Sequential<Input<2>, Dense<2>>;
    const auto model = echo<Net>();
    const data::Dataset<double, double> samples(Shape{2}, {1, 2, 3, 4, 5, 7}, {1, 1, 3, 5, 4, 6}, {1, 1, 2});
    const auto p = evaluation::regression(model, samples);
    CHECK(p.mean_absolute_error() == close((0 + 1 + 0 + 1 + 2 + 2) / 8.0));
    CHECK(p.mean_squared_error() == close(0.75));
    CHECK(p.root_mean_squared_error() == close(std::sqrt(0.75)));
    CHECK(p.median_absolute_error() == 1);
    CHECK(p.mean_absolute_percentage_error() == close((0 + 1 + 0 + 0.2 + 0.5 + 1.0 / 3) / 8));
    // Of each output: errors 2 of 6, and 4 of 17.
    CHECK(p.r_squared() == close((1 - 2.0 / 6 + 1 - 4.0 / 17) / 2));
    CHECK_THROWS_WITH_AS(evaluation::regression(model, data::Dataset<double, double>(Shape{2}, {1, 2}, {1})),
                         "regression: expected 2 targets a sample, got 1", Error);
}
