#include "burin/metrics/hosted/class_scores.hpp"
#include "burin/metrics/hosted/confusion.hpp"
#include "burin/metrics/hosted/curves.hpp"
#include "burin/metrics/hosted/probabilities.hpp"
#include "burin/metrics/hosted/regression.hpp"
#include "reference/metrics.hpp"
#include "support/check_close.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

using namespace burin;
using namespace burin::metrics;
namespace data = reference::metrics;

namespace {

const Labels labels = data::labels;
const Numbers probabilities = data::probabilities, weights = data::weights;
const Numbers targets = data::targets, yes = data::yes, yes_weights = data::yes_weights;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<Label> named() {
    std::vector<Label> result;
    for (std::size_t i = 0; i < labels.size(); ++i)
        result.push_back(static_cast<Label>(argmax(probabilities.data() + 4 * i, 4)));
    return result;
}

/// Checks `score(weights)`, without weights and with these.
void check_pair(auto score, const Numbers& w, const double (&expected)[2]) {
    CHECK(score(Numbers{}) == doctest::Approx(expected[0]).epsilon(1e-12));
    CHECK(score(w) == doctest::Approx(expected[1]).epsilon(1e-12));
}

} // namespace

TEST_CASE("confusion_matrix: scikit-learn's scores") {
    const auto check = [](auto score, const double(&expected)[2]) {
        check_pair([&](const Numbers& w) { return score(confusion_matrix(labels, named(), 0, w)); }, weights, expected);
    };
    check([](const Confusion& c) { return c.accuracy(); }, data::accuracy);
    check([](const Confusion& c) { return c.balanced_accuracy(); }, data::balanced_accuracy);
    check([](const Confusion& c) { return c.cohen_kappa(); }, data::kappa_equal);
    check([](const Confusion& c) { return c.cohen_kappa(Disagreement::linear); }, data::kappa_linear);
    check([](const Confusion& c) { return c.cohen_kappa(Disagreement::quadratic); }, data::kappa_quadratic);
    check([](const Confusion& c) { return c.matthews(); }, data::matthews);
    check([](const Confusion& c) { return c.scores().precision(Average::micro); }, data::precision_micro);
    check([](const Confusion& c) { return c.scores().precision(); }, data::precision_macro);
    check([](const Confusion& c) { return c.scores().precision(Average::weighted); }, data::precision_weighted);
    check([](const Confusion& c) { return c.scores().recall(Average::micro); }, data::recall_micro);
    check([](const Confusion& c) { return c.scores().recall(); }, data::recall_macro);
    check([](const Confusion& c) { return c.scores().recall(Average::weighted); }, data::recall_weighted);
    check([](const Confusion& c) { return c.scores().f1(Average::micro); }, data::f1_micro);
    check([](const Confusion& c) { return c.scores().f1(Average::weighted); }, data::f1_weighted);
    check([](const Confusion& c) { return c.scores().f_beta(2, Average::micro); }, data::f2_micro);
    check([](const Confusion& c) { return c.scores().f_beta(2); }, data::f2_macro);
    check([](const Confusion& c) { return c.scores().iou(Average::micro); }, data::iou_micro);
    check([](const Confusion& c) { return c.scores().iou(); }, data::iou_macro);
    check([](const Confusion& c) { return c.scores().iou(Average::weighted); }, data::iou_weighted);
    const Confusion plain = confusion_matrix(labels, named());
    const ClassScores each = confusion_matrix(labels, named(), 4, weights).scores();
    for (std::size_t c = 0; c < 4; ++c) {
        CHECK(each.precision_of(c) == doctest::Approx(data::precision_each[c]).epsilon(1e-12));
        CHECK(each.recall_of(c) == doctest::Approx(data::recall_each[c]).epsilon(1e-12));
        CHECK(each.f1_of(c) == doctest::Approx(data::f1_each[c]).epsilon(1e-12));
        for (std::size_t other = 0; other < 4; ++other)
            CHECK(plain(c, other) == data::confusion[4 * c + other]);
    }
    const ClassScores absent = confusion_matrix(labels, named(), 5).scores();
    const std::array zero_division{0.0, 1.0, not_a_number};
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(absent.precision(Average::macro, zero_division[i]) ==
              doctest::Approx(data::absent_precision[i]).epsilon(1e-12));
        CHECK(absent.f1(Average::macro, zero_division[i]) == doctest::Approx(data::absent_f1[i]).epsilon(1e-12));
    }
}

TEST_CASE("functions of labels: the values of their confusion matrix") {
    const auto check = [](auto score, const double(&expected)[2]) { check_pair(score, weights, expected); };
    check([](const Numbers& w) { return metrics::accuracy(labels, named(), w); }, data::accuracy);
    check([](const Numbers& w) { return balanced_accuracy(labels, named(), w); }, data::balanced_accuracy);
    check([](const Numbers& w) { return cohen_kappa(labels, named(), Disagreement::linear, w); }, data::kappa_linear);
    check([](const Numbers& w) { return metrics::matthews(labels, named(), w); }, data::matthews);
    check([](const Numbers& w) { return precision(labels, named(), Average::macro, w); }, data::precision_macro);
    check([](const Numbers& w) { return recall(labels, named(), Average::weighted, w); }, data::recall_weighted);
    check([](const Numbers& w) { return f1(labels, named(), Average::micro, w); }, data::f1_micro);
    CHECK(precision({0, 1, 1, 0}, {1, 1, 0, 0}) == 0.5);
    CHECK(recall({0, 1, 1, 1}, {1, 1, 0, 0}) == doctest::Approx(1.0 / 3));
    CHECK(f1({0, 0}, {0, 0}) == 0); // Nothing is yes.
    CHECK(f1({0, 0}, {0, 0}, Average::binary, {}, 1) == 1);
    CHECK(confusion_matrix({0, 1}, {0, 1}, {2, 3}).total() == 5);
    CHECK_THROWS_WITH_AS(f1({0, 1, 2}, {0, 1, 2}),
                         "f1: of 3 classes: expected an average: macro, micro or weighted, got binary", Error);
}

TEST_CASE("functions of probabilities: several classes that are not named") {
    const std::vector<double> four{0.5, 0.5, 0.5, 0.5};
    CHECK_THROWS_WITH_AS(log_loss({0, 1}, four),
                         "log_loss: expected 2 probabilities, got 4; if these are of 2 classes, say how many: "
                         "`log_loss(labels, probabilities, 2, …)`",
                         Error);
    CHECK_THROWS_WITH_AS(roc_auc({0, 1}, four),
                         "roc_auc: expected 2 scores, got 4; if these are of 2 classes, say how many: "
                         "`roc_auc(labels, scores, 2, …)`",
                         Error);
    CHECK_THROWS_WITH_AS(log_loss({0, 1}, {0.5, 0.5, 0.5}), "log_loss: expected 2 probabilities, got 3", Error);
    CHECK(expected_calibration_error({0, 1}, {0.25, 0.75}) == 0.25);
    CHECK(expected_calibration_error({0, 1}, four, 2, 10) == 0);
}

TEST_CASE("confusion_matrix: a single class, and what there is no answer to") {
    const Confusion one = confusion_matrix({0, 0}, {0, 0}, 2);
    CHECK(one.accuracy() == 1);
    CHECK(one.balanced_accuracy() == 1);
    CHECK(std::isnan(one.cohen_kappa()));
    CHECK(one.matthews() == 0);
    CHECK(one.scores().precision(Average::binary) == 0);
    const Confusion open = confusion_matrix({0, 1, 1}, {0, no_label, 1});
    CHECK(open.unanswered(1) == 1);
    CHECK(open.support(1) == 2);
    CHECK(open.accuracy() == doctest::Approx(2.0 / 3));
    CHECK(open.scores().recall_of(1) == 0.5);
    CHECK_THROWS_WITH_AS(confusion_matrix({}, {}), "confusion_matrix: expected at least one sample, got none", Error);
    CHECK_THROWS_WITH_AS(confusion_matrix({1}, {1, 0}), "confusion_matrix: expected 1 answers, got 2", Error);
    CHECK_THROWS_WITH_AS(confusion_matrix({3}, {1}, 3), "confusion_matrix: expected labels below 3, got 3", Error);
    CHECK_THROWS_WITH_AS(confusion_matrix(std::vector<int>{0, -1}, {1, 1}),
                         "labels: label 1: expected a class, counted from 0, got -1.000000", Error);
    CHECK_THROWS_WITH_AS(confusion_matrix({1, 0}, {1, 1}, 0, {1, -1}),
                         "confusion_matrix: expected weights that are not negative, got -1.000000", Error);
    CHECK_THROWS_WITH_AS(confusion_matrix({1}, {1}, 0, {0}), "confusion_matrix: expected a weight above 0, got none", Error);
}

TEST_CASE("multi_label_scores, subset_accuracy: scikit-learn's values") {
    const Numbers right = data::label_targets, answers = data::label_named, w = data::label_weights;
    const auto f1 = [&](Average average) {
        return [&, average](const Numbers& some) { return multi_label_scores(right, answers, 3, some).f1(average); };
    };
    check_pair(f1(Average::micro), w, data::label_f1_micro);
    check_pair(f1(Average::macro), w, data::label_f1_macro);
    check_pair(f1(Average::weighted), w, data::label_f1_weighted);
    check_pair([&](const Numbers& some) { return subset_accuracy(right, answers, 3, some); }, w, data::subset_accuracy);
    // Of three samples the second has a label that is not found, and finds none.
    CHECK(sample_scores({1, 0, 0, 1, 1, 1}, {1, 0, 0, 0, 1, 1}, 2).f1 == doctest::Approx(2.0 / 3));
    CHECK(sample_scores({1, 0, 0, 1, 1, 1}, {1, 0, 0, 0, 1, 1}, 2, 0, {1, 2, 1}).recall == 0.5);
    CHECK(sample_scores({1, 0, 0, 1, 1, 1}, {1, 0, 0, 0, 1, 1}, 2, not_a_number).precision == 1);
    CHECK_THROWS_WITH_AS(multi_label_scores({1, 0}, {1, 0}, 3), "multi_label_scores: expected whole samples of 3 labels, got 2",
                         Error);
}

TEST_CASE("roc_curve, precision_recall_curve: scikit-learn's points, with ties") {
    const auto check = [](const Numbers& w, const auto& fpr, const auto& tpr, const auto& roc_thresholds,
                          const auto& precisions, const auto& recalls, const auto& pr_thresholds) {
        const RocCurve roc = roc_curve(targets, yes, w);
        check_close(roc.false_positive_rate, fpr, 1e-12);
        check_close(roc.true_positive_rate, tpr, 1e-12);
        CHECK(roc.thresholds[0] == std::numeric_limits<double>::infinity());
        check_close(std::span(roc.thresholds).subspan(1), roc_thresholds, 0);
        const PrecisionRecallCurve curve = precision_recall_curve(targets, yes, w);
        check_close(curve.precision, precisions, 1e-12);
        check_close(curve.recall, recalls, 1e-12);
        check_close(curve.thresholds, pr_thresholds, 0);
    };
    check({}, data::fpr, data::tpr, data::roc_thresholds, data::precisions, data::recalls, data::pr_thresholds);
    check(yes_weights, data::fpr_weighted, data::tpr_weighted, data::roc_thresholds_weighted, data::precisions_weighted,
          data::recalls_weighted, data::pr_thresholds_weighted);
    check_pair([](const Numbers& w) { return roc_auc(targets, yes, w); }, yes_weights, data::roc_auc);
    check_pair([](const Numbers& w) { return average_precision(targets, yes, w); }, yes_weights, data::average_precision);
}

TEST_CASE("roc_auc: of several classes") {
    const auto area = [](MultiClass how, Average average) {
        return [=](const Numbers& w) { return roc_auc(labels, probabilities, 4, how, average, w); };
    };
    check_pair(area(MultiClass::one_vs_rest, Average::macro), weights, data::ovr_macro);
    check_pair(area(MultiClass::one_vs_rest, Average::weighted), weights, data::ovr_weighted);
    CHECK(area(MultiClass::one_vs_one, Average::macro)({}) == doctest::Approx(data::ovo_macro[0]).epsilon(1e-12));
    CHECK(area(MultiClass::one_vs_one, Average::weighted)({}) == doctest::Approx(data::ovo_weighted[0]).epsilon(1e-12));
    CHECK_THROWS_WITH_AS(area(MultiClass::one_vs_one, Average::macro)(weights), "roc_auc: one against one: expected no weights, got some",
                         Error);
    CHECK_THROWS_WITH_AS(roc_auc({0, 1}, {1, 0, 0, 0, 1, 0}, 3, MultiClass::one_vs_rest),
                         "roc_auc: expected samples of each of 3 classes, got none of class 2", Error);
}

TEST_CASE("curves: one class, ties, and what is no number") {
    CHECK(std::isnan(roc_auc({1, 1}, {0.5, 0.2})));
    CHECK(std::isnan(roc_auc({0, 0}, {0.5, 0.2})));
    CHECK(roc_auc({0, 1}, {0.5, 0.5}) == 0.5);
    CHECK(average_precision({0, 0}, {0.5, 0.2}) == 0);
    CHECK(precision_recall_curve({0, 0}, {0.5, 0.2}).recall == std::vector<double>{1, 1, 0});
    CHECK(average_precision({1}, {0.5}) == 1);
    CHECK_THROWS_WITH_AS(roc_auc({}, {}), "roc_auc: expected at least one sample, got none", Error);
    CHECK_THROWS_WITH_AS(roc_auc({1, 0}, {1}), "roc_auc: expected 2 scores, got 1", Error);
    CHECK_THROWS_WITH_AS(roc_auc({1, 0}, {1, not_a_number}), "roc_curve: score 1: expected a finite number, got nan", Error);
    CHECK_THROWS_WITH_AS(average_precision({1, not_a_number}, {1, 1}),
                         "precision_recall_curve: target 1: expected a finite number, got nan", Error);
}

TEST_CASE("log_loss, brier_score, reliability: scikit-learn's values") {
    check_pair([](const Numbers& w) { return log_loss(labels, probabilities, 4, w); }, weights, data::log_loss);
    check_pair([](const Numbers& w) { return std::log(perplexity(labels, probabilities, 4, w)); }, weights, data::log_loss);
    check_pair([](const Numbers& w) { return brier_score(labels, probabilities, 4, w); }, weights, data::brier);
    check_pair([](const Numbers& w) { return top_k_accuracy(labels, probabilities, 4, 2, w); }, weights, data::top2);
    check_pair([](const Numbers& w) { return reliability(labels, probabilities, 4, 10, w).expected_calibration_error(); },
               weights, data::calibration);
    check_pair([](const Numbers& w) { return log_loss(targets, yes, w); }, yes_weights, data::yes_log_loss);
    check_pair([](const Numbers& w) { return brier_score(targets, yes, w); }, yes_weights, data::yes_brier);
    check_pair([](const Numbers& w) { return reliability(targets, yes, 5, w).expected_calibration_error(); }, yes_weights,
               data::yes_calibration);
    std::vector<double> found, meant;
    for (const CalibrationBin& bin : reliability(targets, yes, 5).bins)
        if (bin.weight > 0) {
            found.push_back(bin.accuracy());
            meant.push_back(bin.mean_confidence());
        }
    check_close(found, data::calibration_found, 1e-12);
    check_close(meant, data::calibration_meant, 1e-12);
    CHECK(reliability({1, 0}, {0.9, 0.6}, 2).largest_calibration_error() == doctest::Approx(0.25));
    CHECK(log_loss({1, 0}, {0, 1}) == doctest::Approx(52 * std::log(2.0)));
    CHECK_THROWS_WITH_AS(reliability({1}, {0.5}, 0), "reliability: expected from 1 to 1048576 bins, got 0", Error);
    CHECK_THROWS_WITH_AS(log_loss({1}, {1.5}), "log_loss: probability 0: expected one from 0 to 1, got 1.500000", Error);
    CHECK_THROWS_WITH_AS(brier_score({1}, {not_a_number}), "brier_score: probability 0: expected one from 0 to 1, got nan", Error);
    CHECK_THROWS_WITH_AS(log_loss({4}, {0, 1}, 2), "log_loss: label 0: expected one below 2, got 4", Error);
}

TEST_CASE("errors of numbers: scikit-learn's values") {
    const Numbers t = data::t, y = data::y, w = data::number_weights;
    const auto check = [&](auto score, const double(&expected)[2]) {
        check_pair([&](const Numbers& some) { return score(t, y, some); }, w, expected);
    };
    check(mean_absolute_error, data::mae);
    check(mean_squared_error, data::mse);
    check(root_mean_squared_error, data::rmse);
    check(mean_absolute_percentage_error, data::mape);
    check(median_absolute_error, data::median);
    check(r_squared, data::r2);
    const std::span<const double> t10(data::t, 10), y10(data::y, 10);
    CHECK(median_absolute_error(t10, y10) == doctest::Approx(data::median_even[0]).epsilon(1e-12));
    CHECK(median_absolute_error(t10.first(4), y10.first(4), {1, 1, 1, 1}) == doctest::Approx(data::median_even[1]).epsilon(1e-12));
    CHECK(median_absolute_error(t10.first(4), y10.first(4), {0, 1, 0, 1}) == doctest::Approx(data::median_even[2]).epsilon(1e-12));
    CHECK(median_absolute_error({1}, {3}) == 2);
    CHECK(mean_absolute_percentage_error({0, 1}, {0x1p-52, 1}) == 0.5);
    CHECK(std::isnan(r_squared({1}, {1})));
    CHECK_THROWS_WITH_AS(mean_squared_error({1, 2}, {1}), "mean_squared_error: expected 2 predictions, got 1", Error);
    CHECK_THROWS_WITH_AS(r_squared({1, not_a_number}, {1, 1}), "r_squared: target 1: expected a finite number, got nan", Error);
    CHECK_THROWS_WITH_AS(median_absolute_error({}, {}), "median_absolute_error: expected at least one sample, got none", Error);
}
