#include "burin/metrics/accuracy.hpp"
#include "burin/metrics/balanced_accuracy.hpp"
#include "burin/metrics/brier_score.hpp"
#include "burin/metrics/calibration_error.hpp"
#include "burin/metrics/confusion_matrix.hpp"
#include "burin/metrics/dice.hpp"
#include "burin/metrics/edit_distance.hpp"
#include "burin/metrics/f_beta.hpp"
#include "burin/metrics/log_loss.hpp"
#include "burin/metrics/mean_absolute_error.hpp"
#include "burin/metrics/mean_absolute_percentage_error.hpp"
#include "burin/metrics/mean_iou.hpp"
#include "burin/metrics/mean_squared_error.hpp"
#include "burin/metrics/precision.hpp"
#include "burin/metrics/r_squared.hpp"
#include "burin/metrics/recall.hpp"
#include "burin/metrics/root_mean_squared_error.hpp"
#include "burin/metrics/subset_accuracy.hpp"
#include "burin/metrics/top_k_accuracy.hpp"
#include "burin/metrics/weighted.hpp"
#include "reference/metrics.hpp"
#include "support/allocations.hpp"
#include "support/metric_pair.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace burin;
using namespace burin::metrics;
namespace data = reference::metrics;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr Shape four{4};

std::vector<double> values(const auto& array) { return {std::begin(array), std::end(array)}; }

const std::vector<double> logits = values(data::logits), weights = values(data::weights);
const std::vector<Label> labels(std::begin(data::labels), std::end(data::labels));

template <class M>
void check_classes(M metric, const double (&expected)[2]) {
    check_metric<four>(metric, logits, labels, weights, expected);
}

} // namespace

TEST_CASE("metrics of classes: scikit-learn's values") {
    check_classes(Accuracy{}, data::accuracy);
    check_classes(TopKAccuracy<2>{}, data::top2);
    check_classes(BalancedAccuracy<4>{}, data::balanced_accuracy);
    check_classes(ConfusionMatrix<4>{}, data::accuracy);
    check_classes(CohenKappa<4>{}, data::kappa_equal);
    check_classes(CohenKappa<4, Disagreement::linear>{}, data::kappa_linear);
    check_classes(CohenKappa<4, Disagreement::quadratic>{}, data::kappa_quadratic);
    check_classes(Matthews<4>{}, data::matthews);
    check_classes(Precision<4>{}, data::precision_macro);
    check_classes(Precision<4>{.average = Average::micro}, data::precision_micro);
    check_classes(Precision<4>{.average = Average::weighted}, data::precision_weighted);
    check_classes(Recall<4>{}, data::recall_macro);
    check_classes(Recall<4>{.average = Average::weighted}, data::recall_weighted);
    check_classes(F1<4>{}, data::f1_macro);
    check_classes(FBeta<2, 4>{.average = Average::weighted}, data::f2_weighted);
    check_classes(MeanIoU<4>{}, data::iou_macro);
    check_classes(Dice<4>{}, data::f1_macro);
}

TEST_CASE("metrics of classes: the matrix, and each class") {
    ConfusionMatrix<4> matrix;
    Precision<4> precision;
    F1<4> f1;
    matrix.update<four>(logits.data(), labels.data(), labels.size(), weights.data());
    precision.update<four>(logits.data(), labels.data(), labels.size(), weights.data());
    f1.update<four>(logits.data(), labels.data(), labels.size(), weights.data());
    for (std::size_t c = 0; c < 4; ++c) {
        CHECK(precision.of_class(c) == doctest::Approx(data::precision_each[c]).epsilon(1e-12));
        CHECK(f1.of_class(c) == doctest::Approx(data::f1_each[c]).epsilon(1e-12));
        for (std::size_t named = 0; named < 4; ++named)
            CHECK(matrix(c, named) == doctest::Approx(data::confusion_weighted[4 * c + named]).epsilon(1e-12));
    }
}

TEST_CASE("metrics of probabilities: logits and probabilities are judged alike") {
    const std::vector<double> probabilities = values(data::probabilities);
    const Scores are{.are_probabilities = true};
    check_classes(LogLoss{}, data::log_loss);
    check_metric<four>(LogLoss{.scores = are}, probabilities, labels, weights, data::log_loss);
    check_classes(BrierScore{}, data::brier);
    check_metric<four>(BrierScore{.scores = are}, probabilities, labels, weights, data::brier);
    check_classes(CalibrationError<10>{}, data::calibration);
    const double perplexity[2] = {std::exp(data::log_loss[0]), std::exp(data::log_loss[1])};
    check_classes(Perplexity{}, perplexity);
    CHECK(Perplexity{}.result() == 1);
}

TEST_CASE("metrics of yes or no: probabilities and logits") {
    const std::vector<double> yes = values(data::yes), targets = values(data::targets), w = values(data::yes_weights);
    std::vector<double> odds;
    for (const double p : yes)
        odds.push_back(std::log(p / (1 - p)));
    const Scores are{.are_probabilities = true};
    constexpr Shape one{1};
    check_metric<one>(LogLoss{.scores = are}, yes, targets, w, data::yes_log_loss);
    check_metric<one>(LogLoss{}, odds, targets, w, data::yes_log_loss);
    check_metric<one>(BrierScore{.scores = are}, yes, targets, w, data::yes_brier);
    check_metric<one>(BrierScore{}, odds, targets, w, data::yes_brier);
    check_metric<one>(CalibrationError<5>{.scores = are}, yes, targets, w, data::yes_calibration);
    check_metric<one>(Precision<>{.scores = are}, yes, targets, w, data::yes_precision);
    check_metric<one>(F1<>{.scores = are}, yes, targets, w, data::yes_f1);
    check_metric<one>(Matthews<>{.threshold = 0.5}, yes, targets, w, data::yes_matthews);
}

TEST_CASE("metrics of several labels, each a yes or no") {
    const std::vector<double> named = values(data::label_named), targets = values(data::label_targets),
                              w = values(data::label_weights);
    const Scores each{.each_by_itself = true, .are_probabilities = true};
    constexpr Shape three{3};
    check_metric<three>(SubsetAccuracy{.scores = each}, named, targets, w, data::subset_accuracy);
    check_metric<three>(F1<3>{.average = Average::micro, .scores = each}, named, targets, w, data::label_f1_micro);
    check_metric<three>(F1<3>{.scores = each}, named, targets, w, data::label_f1_macro);
    check_metric<three>(F1<3>{.average = Average::weighted, .scores = each}, named, targets, w, data::label_f1_weighted);
}

TEST_CASE("metrics of numbers: scikit-learn's values") {
    const std::vector<double> t = values(data::t), y = values(data::y), w = values(data::number_weights);
    constexpr Shape one{1};
    check_metric<one>(MeanAbsoluteError{}, y, t, w, data::mae);
    check_metric<one>(MeanSquaredError{}, y, t, w, data::mse);
    check_metric<one>(RootMeanSquaredError{}, y, t, w, data::rmse);
    check_metric<one>(MeanAbsolutePercentageError{}, y, t, w, data::mape);
    check_metric<one>(RSquared<>{}, y, t, w, data::r2);
    const std::vector<double> five(w.begin(), w.begin() + 5);
    check_metric<Shape{5}>(RSquared<5>{}, y, t, five, data::r2_five);
    // Far from 0 the differences keep their digits.
    std::vector<double> far_t = t, far_y = y;
    for (std::size_t i = 0; i < t.size(); ++i) {
        far_t[i] += 1e6;
        far_y[i] += 1e6;
    }
    check_metric<one>(RSquared<>{}, far_y, far_t, w, data::r2_far, 1e-11);
}

TEST_CASE("R²: constant targets, and fewer than two") {
    const std::array<double, 2> constant{3, 3}, other{3, 4};
    RSquared<> r;
    CHECK(std::isnan(r.result()));
    r.update<Shape{1}>(other.data(), constant.data(), 1);
    CHECK(std::isnan(r.result()));
    r.update<Shape{1}>(constant.data(), constant.data(), 2);
    CHECK(r.result() == 1);
    r.update<Shape{1}>(other.data(), constant.data(), 2);
    CHECK(r.result() == 0);
}

TEST_CASE("metrics of classes: a class that never occurs counts as zero_division, or is left out") {
    Precision<5> zero{.ignore_index = 9}, one{.zero_division = 1}, left_out{.zero_division = not_a_number};
    F1<5> f1;
    // A fifth output that is never the largest.
    std::vector<double> five;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        five.push_back(logits[i]);
        if (i % 4 == 3)
            five.push_back(-100);
    }
    zero.update<Shape{5}>(five.data(), labels.data(), labels.size());
    one.update<Shape{5}>(five.data(), labels.data(), labels.size());
    left_out.update<Shape{5}>(five.data(), labels.data(), labels.size());
    f1.update<Shape{5}>(five.data(), labels.data(), labels.size());
    CHECK(zero.result() == doctest::Approx(data::absent_precision[0]).epsilon(1e-12));
    CHECK(one.result() == doctest::Approx(data::absent_precision[1]).epsilon(1e-12));
    CHECK(left_out.result() == doctest::Approx(data::absent_precision[2]).epsilon(1e-12));
    CHECK(f1.result() == doctest::Approx(data::absent_f1[0]).epsilon(1e-12));
    MeanIoU<5> iou;
    CHECK(std::isnan(iou.result()));
    CHECK(Precision<5>{}.result() == 0);
    iou.update<Shape{5}>(five.data(), labels.data(), labels.size());
    CHECK(iou.result() == doctest::Approx(data::iou_macro[0]).epsilon(1e-12));
}

TEST_CASE("metrics of classes: what is no number names nothing, and no class is left out") {
    const std::array<double, 6> outputs{not_a_number, 2, 1, 3, 5, 0}; // of two classes
    const std::array<Label, 3> right{0, 1, 7};
    ConfusionMatrix<> matrix;
    matrix.update<Shape{2}>(outputs.data(), right.data(), 3);
    CHECK(matrix.unanswered[0] == 1);
    CHECK(matrix(1, 1) == 1);
    CHECK(matrix.result() == 0.5);
    Recall<> recall{.average = Average::macro};
    recall.update<Shape{2}>(outputs.data(), right.data(), 3);
    CHECK(recall.of_class(0) == 0);
    CHECK(recall.of_class(1) == 1);
    LogLoss loss{.ignore_index = 0};
    loss.update<Shape{2}>(outputs.data(), right.data(), 3);
    CHECK(loss.result() == doctest::Approx(std::log1p(std::exp(-2.0))));
    loss.ignore_index = {};
    loss.update<Shape{2}>(outputs.data(), right.data(), 1);
    CHECK(std::isnan(loss.result()));
    // Of several labels a NaN is never right.
    F1<2> labels_at_once{.average = Average::micro, .scores = {.each_by_itself = true}};
    const std::array<double, 2> none{not_a_number, not_a_number}, wanted{1, 0};
    labels_at_once.update<Shape{2}>(none.data(), wanted.data(), 1);
    CHECK(labels_at_once.counts.classes[0].false_negatives == 1);
    CHECK(labels_at_once.counts.classes[1].false_positives == 1);
}

TEST_CASE("metrics: a row of weight 0 does not count, whatever is in it") {
    const std::array<double, 2> outputs{2, not_a_number}, targets{1, 1}, first{3, 0};
    const auto check = [&](auto metric) {
        auto alone = metric;
        metric.template update<Shape{1}>(outputs.data(), targets.data(), 2, first.data());
        alone.template update<Shape{1}>(outputs.data(), targets.data(), 1, first.data());
        INFO("for " << std::string(metric.name));
        CHECK(metric.state() == alone.state());
    };
    check(Accuracy{});
    check(MeanSquaredError{});
    check(LogLoss{});
    check(CalibrationError<3>{});
    check(RSquared<>{});
    check(MeanAbsolutePercentageError{});
}

TEST_CASE("metrics: huge logits have finite losses, and certain mistakes cost much") {
    const std::array<double, 2> outputs{1e300, -1e300};
    const std::array<Label, 1> right{0}, wrong{1};
    LogLoss loss;
    loss.update<Shape{2}>(outputs.data(), right.data(), 1);
    CHECK(loss.result() == 0);
    loss.update<Shape{2}>(outputs.data(), wrong.data(), 1);
    CHECK(loss.result() == doctest::Approx(1e300));
    LogLoss probable{.scores = {.are_probabilities = true}};
    const std::array<double, 2> certain{1, 0};
    probable.update<Shape{2}>(certain.data(), wrong.data(), 1);
    CHECK(probable.result() == doctest::Approx(52 * std::log(2.0)));
}

TEST_CASE("metrics: no step allocates") {
    const std::size_t before = allocations::count;
    const auto step = [](auto metric) {
        auto other = metric;
        metric.template update<four>(logits.data(), labels.data(), labels.size(), weights.data());
        other.merge(metric);
        other.restore(metric.state());
        return other.result();
    };
    const double sum = step(Accuracy{}) + step(TopKAccuracy<2>{}) + step(F1<4>{}) + step(Matthews<4>{}) +
                       step(CohenKappa<4>{}) + step(Perplexity{}) + step(BrierScore{}) + step(CalibrationError<4>{}) +
                       step(SubsetAccuracy{}) + step(MeanIoU<4>{});
    RSquared<4> numbers;
    numbers.update<four>(logits.data(), logits.data(), labels.size(), weights.data());
    CHECK(allocations::count == before);
    CHECK(before > 0); // the counter counts
    CHECK(sum > 0);
    CHECK(numbers.result() == 1);
}

TEST_CASE("Weighted: a metric that says that it takes weights") {
    Weighted accuracy{Accuracy{.threshold = 0.5}};
    static_assert(takes_weights<decltype(accuracy)> && !takes_weights<Accuracy>);
    static_assert(Metric<decltype(accuracy)>);
    CHECK(accuracy.name == "weighted_accuracy");
    CHECK(Weighted<F1<3>>::name == "weighted_f1");
    const std::array<float, 2> outputs{0.75f, 0.25f}, targets{1, 1}, w{3, 1};
    accuracy.update<Shape{1}>(outputs.data(), targets.data(), 2, w.data());
    CHECK(accuracy.result() == 0.75);
}

TEST_CASE("calibration_bin: bins end where scikit-learn's do") {
    CHECK(calibration_bin(0, 10) == 0);
    CHECK(calibration_bin(0.1, 10) == 0);
    CHECK(calibration_bin(0.1 + 1e-12, 10) == 1);
    CHECK(calibration_bin(0.3, 10) == 2);
    CHECK(calibration_bin(0.7, 10) == 6);
    CHECK(calibration_bin(1, 10) == 9);
    CHECK(calibration_bin(1.5, 10) == 9);
    CHECK(calibration_bin(-1, 10) == 0);
    CHECK(calibration_bin(not_a_number, 10) == 0);
    CHECK(calibration_bin(0.5, 1) == 0);
}

TEST_CASE("edit_distance: without a heap") {
    constexpr std::array<Label, 4> a{1, 2, 3, 4}, b{2, 3, 5, 4};
    std::array<std::size_t, 5> scratch{9, 9, 9, 9, 9};
    CHECK(edit_distance(std::span<const Label>(a), std::span<const Label>(b), scratch) == 2);
    CHECK(edit_distance(std::span<const Label>(a), std::span<const Label>(), scratch) == 4);
    CHECK(edit_distance(std::span<const Label>(), std::span<const Label>(b), scratch) == 4);
}
