#include "burin/balance.hpp"

#include "reference/balance.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

using burin::Label;
using burin::Shape;
using namespace burin::data;
namespace metrics = burin::metrics;
namespace expected = reference::balance;

namespace {

const std::vector<Label> labels(std::begin(expected::labels), std::end(expected::labels));
const std::vector<double> points(std::begin(expected::points), std::end(expected::points));
const Dataset<Label, double> data_set(Shape(3), points, labels);

using Indices = std::vector<std::size_t>;

Indices members(Label label) {
    Indices result;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] == label)
            result.push_back(i);
    return result;
}

std::vector<std::size_t> counts(const std::vector<Label>& all) {
    std::vector<std::size_t> result(3);
    for (const Label label : all)
        ++result.at(label);
    return result;
}

template <class Draws, class Steps>
std::vector<SmoteDraw> draws(const Draws& pairs, const Steps& steps) {
    std::vector<SmoteDraw> result;
    for (std::size_t i = 0; i < std::size(pairs); ++i)
        result.push_back({pairs[i], steps[i]});
    return result;
}

/// What is made between samples of a class and their 4 nearest in it.
std::vector<double> made(const Indices& class_members, const Indices& asked,
                         const std::vector<SmoteDraw>& drawn) {
    std::vector<double> own;
    Indices places;
    for (std::size_t i = 0; i < class_members.size(); ++i) {
        own.insert(own.end(), &points[class_members[i] * 3], &points[class_members[i] * 3] + 3);
        if (std::ranges::count(asked, class_members[i]) > 0)
            places.push_back(i);
    }
    const std::span<const double> all = own;
    const Indices near = nearest_neighbours(all, 3, places, 4);
    return between_neighbours(all, 3, std::span<const std::size_t>(places),
                              std::span<const std::size_t>(near), drawn);
}

} // namespace

TEST_CASE("class_weights: balanced ones are scikit-learn's, the mean over the samples is always 1") {
    check_close(class_weights(labels), expected::balanced_weights, 1e-15);
    check_close(class_weights(data_set), expected::balanced_weights, 1e-15);
    const std::vector<double> root = class_weights(labels, 3, RootWeights{});
    CHECK(root[2] / root[0] == doctest::Approx(std::sqrt(5.0)).epsilon(1e-14));
    const std::vector<double> effective = class_weights(labels, 3, EffectiveNumberWeights{.beta = 0.9});
    CHECK(effective[2] / effective[0] ==
          doctest::Approx((1 - std::pow(0.9, 30)) / (1 - std::pow(0.9, 6))).epsilon(1e-13));
    for (const auto& weights : {root, effective, class_weights(labels)})
        CHECK(30 * weights[0] + 12 * weights[1] + 6 * weights[2] == doctest::Approx(48).epsilon(1e-14));
    check_close(class_weights(labels, 3, EffectiveNumberWeights{.beta = 0}), std::vector<double>{1, 1, 1},
                1e-15);
    check_close(class_weights(labels, 3, EffectiveNumberWeights{.beta = 1 - 1e-12}),
                expected::balanced_weights, 1e-9);
}

TEST_CASE("class_weights: weights of samples count, ignored labels do not") {
    const Dataset<Label, double> weighted(Shape(1), {1, 2, 3}, {0, 0, 1}, {1, 1, 2});
    check_close(class_weights(weighted), std::vector<double>{1, 1}, 1e-15);
    const Dataset<Label, double> sequences(Shape(2), {1, 2, 3, 4}, {0, 1, 1, 9});
    check_close(class_weights(sequences, 2, BalancedWeights{}, 9), std::vector<double>{1.5, 0.75}, 1e-15);
    const auto by_class = weighted_by_class(weighted, std::vector<double>{0.5, 3});
    CHECK(by_class.weight(0) == 0.5);
    CHECK(by_class.weight(2) == 6);
    CHECK(by_class.input(2)[0] == 3);
}

TEST_CASE("class_weights: a class without samples and labels that are none are refused") {
    CHECK(error_of([] { class_weights(std::vector<Label>{0, 2}); }) ==
          "class_weights: expected samples of each of 3 classes, got none of class 1");
    CHECK(error_of([] { class_weights(labels, 2); }) ==
          "class_weights: label 11: expected one below 2, got 2");
    CHECK(error_of([] { class_weights(std::vector<Label>{0, burin::no_label}); }) ==
          "class_weights: label 1: expected one of at most a million classes, got 4294967295");
    CHECK(error_of([] { class_weights(labels, 3, EffectiveNumberWeights{.beta = 1}); }) ==
          "EffectiveNumberWeights: expected 0 <= beta < 1, got 1");
    CHECK(error_of([] { weighted_by_class(data_set, std::vector<double>{1, 2}); }) ==
          "weighted_by_class: sample 11: expected a label below 2, got 2");
}

TEST_CASE("oversampled: all samples, and small classes again until they are large enough") {
    const Indices all = oversampled(labels, {.seed = 5});
    CHECK(counts(oversample(data_set, {.seed = 5}).labels()) == Indices{30, 30, 30});
    for (std::size_t i = 0; i < labels.size(); ++i)
        CHECK(all[i] == i);
    CHECK(all == oversampled(labels, {.seed = 5}));
    CHECK(all != oversampled(labels, {.seed = 6}));
    CHECK(counts(oversample(data_set, {.share = 0.5}).labels()) == Indices{30, 15, 15});
    CHECK(counts(oversample(data_set, {.counts = {1, 20, 7}}).labels()) == Indices{30, 20, 7});
    // Each of six is drawn some 4 times of 24.
    std::vector<std::size_t> drawn(labels.size());
    for (std::size_t i = labels.size(); i < all.size(); ++i)
        ++drawn[all[i]];
    for (const std::size_t member : members(2))
        CHECK(drawn[member] >= 1);
}

TEST_CASE("undersampled: some of the large classes, none twice, in order") {
    const Indices kept = undersampled(labels, {.seed = 5});
    CHECK(std::set<std::size_t>(kept.begin(), kept.end()).size() == 18);
    CHECK(std::ranges::is_sorted(kept));
    CHECK(counts(undersample(data_set, {.seed = 5}).labels()) == Indices{6, 6, 6});
    CHECK(kept != undersampled(labels, {.seed = 6}));
    CHECK(counts(undersample(data_set, {.share = 0.5}).labels()) == Indices{12, 12, 6});
    CHECK(counts(undersample(data_set, {.counts = {3, 50, 0}}).labels()) == Indices{3, 12, 0});
}

TEST_CASE("Resampling: what can't be is one sentence") {
    CHECK(error_of([] { oversampled(labels, {.share = 0}); }) ==
          "oversampled: expected 0 < share <= 1, got 0");
    CHECK(error_of([] { undersampled(labels, {.counts = {1, 2}}); }) ==
          "undersampled: expected a count for each of 3 classes, got 2");
    CHECK(error_of([] { oversampled(std::vector<Label>{1, 1}, {.counts = {4, 2}}); }) ==
          "oversampled: expected samples of class 0, of which there are to be 4, got none");
    CHECK(error_of([] { oversampled({}); }) == "oversampled: expected at least one sample, got none");
    CHECK(oversampled(std::vector<Label>{2, 2}) == Indices{0, 1});
}

TEST_CASE("SMOTE: of given draws the points are imbalanced-learn's") {
    const Indices ones = members(1), twos = members(2);
    check_close(made(ones, ones, draws(expected::smote_pairs_1, expected::smote_steps_1)),
                expected::smote_made_1, 1e-14);
    check_close(made(twos, twos, draws(expected::smote_pairs_2, expected::smote_steps_2)),
                expected::smote_made_2, 1e-14);
}

TEST_CASE("Borderline-SMOTE: its samples at the border and its points are imbalanced-learn's") {
    const std::span<const double> all = points;
    const Indices ones = members(1);
    const Indices border =
        at_border(all, 3, std::span<const Label>(labels), std::span<const std::size_t>(ones), 6);
    CHECK(border == Indices(std::begin(expected::border_1), std::end(expected::border_1)));
    CHECK(at_border(all, 3, std::span<const Label>(labels), std::span<const std::size_t>(members(2)), 6) ==
          Indices(std::begin(expected::border_2), std::end(expected::border_2)));
    check_close(made(ones, border, draws(expected::border_pairs, expected::border_steps)),
                expected::border_made, 1e-14);
}

TEST_CASE("smote: a set whose made-up samples lie between two of their class, and weigh what they come of") {
    std::vector<double> weights;
    for (std::size_t i = 0; i < labels.size(); ++i)
        weights.push_back(static_cast<double>(i));
    const Dataset<Label, double> weighted(Shape(3), points, labels, weights);
    const auto more = smote(weighted, Smote{.neighbours = 4, .classes = {.seed = 2}});
    CHECK(counts(more.labels()) == Indices{30, 30, 30});
    CHECK(more.input(47)[1] == points[47 * 3 + 1]);
    for (std::size_t i = labels.size(); i < more.size(); ++i) {
        // On the line from the sample that it weighs as much as to another of its class.
        const auto from = static_cast<std::size_t>(more.weight(i));
        REQUIRE(labels[from] == more.labels()[i]);
        bool found = false;
        for (const std::size_t to : members(labels[from])) {
            const auto step = [&](std::size_t f) {
                return (more.input(i)[f] - points[from * 3 + f]) /
                       (points[to * 3 + f] - points[from * 3 + f]);
            };
            found = found || (to != from && step(0) >= 0 && step(0) <= 1 &&
                              std::abs(step(0) - step(1)) < 1e-9 && std::abs(step(0) - step(2)) < 1e-9);
        }
        CHECK(found);
    }
    const auto again = smote(weighted, Smote{.neighbours = 4, .classes = {.seed = 2}});
    CHECK(std::ranges::equal(more.input(60), again.input(60)));
    const auto other = smote(weighted, Smote{.neighbours = 4, .classes = {.seed = 3}});
    CHECK(!std::ranges::equal(more.input(60), other.input(60)));
    const BorderlineSmote near_border{.neighbours = 4, .border_neighbours = 6};
    CHECK(counts(smote(data_set, near_border).labels()) == Indices{30, 30, 30});
}

TEST_CASE("smote: too few samples and numbers that are not finite are refused") {
    CHECK(error_of([] { smote(data_set, Smote{.neighbours = 6}); }) ==
          "smote: class 2: expected more than 6 samples, as each has so many neighbours, got 6");
    const Dataset<> holes(Shape(1), {1, std::numeric_limits<float>::quiet_NaN(), 3}, {0, 0, 1});
    CHECK(error_of([&] { smote(holes); }) == "smote: sample 1, feature 0: expected a finite number, got nan");
}

TEST_CASE("oversample, smote: what no memory holds is refused at once, and one sample or class is enough") {
    const Dataset<> one(Shape(1), {1}, {0});
    const Dataset<> two(Shape(1), {1, 2}, {0, 0});
    const std::size_t much = std::size_t{1} << 62;
    const auto too_much = [&](const std::string& who) {
        return who + ": expected counts of 1099511627776 samples at most in all, got 4611686018427387904 of "
                     "a class";
    };
    CHECK(error_of([&] { oversample(one, {.counts = {much}}); }) == too_much("oversampled"));
    CHECK(error_of([&] { smote(two, Smote{.neighbours = 1, .classes = {.counts = {much}}}); }) ==
          too_much("smote"));
    CHECK(oversample(one, {.counts = {3}}).size() == 3);
    CHECK(undersample(one).size() == 1);
    CHECK(smote(one).size() == 1);
    CHECK(error_of([&] { smote(one, Smote{.classes = {.counts = {2}}}); }) ==
          "smote: class 0: expected more than 5 samples, as each has so many neighbours, got 1");
    CHECK(error_of([&] {
              smote(two, Smote{.neighbours = much, .classes = {.counts = {3}}});
          }).starts_with("smote: class 0: expected more than 4611686018427387904 samples"));
    CHECK(error_of([&] { oversample(one, {.share = 1e300}); }) ==
          "oversampled: expected 0 < share <= 1, got 1e+300");
    CHECK(BalancedBatches(one).epoch_order({1, burin::Purpose::shuffling, 1}, true) == Indices{0});
}

TEST_CASE("weighted_by_class: a weight that is negative or not finite is refused") {
    const Dataset<> one(Shape(1), {1}, {0});
    for (const auto& [weight, text] :
         {std::pair{std::nan(""), "nan"}, std::pair{-1.0, "-1"}, std::pair{1e300, "1e+300"}})
        CHECK(error_of([&] { weighted_by_class(one, std::vector<double>{weight}); }) ==
              "weighted_by_class: class 0: expected a finite weight of at least 0, got " + std::string(text));
    CHECK(weighted_by_class(one, std::vector<double>{0}).weight(0) == 0);
}

TEST_CASE("best_threshold: the best values are those of scikit-learn's curves") {
    const metrics::Numbers targets(expected::targets), scores(expected::scores);
    CHECK(metrics::best_threshold(targets, scores).value ==
          doctest::Approx(expected::best_f1[0]).epsilon(1e-14));
    CHECK(metrics::best_threshold(targets, scores, metrics::BestF{.beta = 2}).value ==
          doctest::Approx(expected::best_f2[0]).epsilon(1e-14));
    CHECK(metrics::best_threshold(targets, scores, metrics::BestYouden{}).value ==
          doctest::Approx(expected::best_youden[0]).epsilon(1e-14));
    const auto cheap = metrics::best_threshold(targets, scores, metrics::LeastCost{.false_negative = 5});
    CHECK(cheap.value == -expected::least_cost[0]);
    metrics::ThresholdCounts found;
    for (std::size_t i = 0; i < targets.size(); ++i)
        (scores[i] > cheap.threshold ? targets[i] > 0.5 ? found.true_positives : found.false_positives
         : targets[i] > 0.5          ? found.false_negatives
                                     : found.true_negatives) += 1;
    CHECK(found.true_positives == cheap.counts.true_positives);
    CHECK(found.false_positives + 5 * found.false_negatives == expected::least_cost[0]);
}

TEST_CASE("best_threshold: between scores, at the ends, and where there is no number between") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(metrics::best_threshold({1, 0}, {0.8, 0.4}).threshold == doctest::Approx(0.6));
    CHECK(metrics::best_threshold({0, 0}, {0.8, 0.4}, metrics::LeastCost{}).threshold == infinity);
    CHECK(metrics::best_threshold({1, 1}, {0.8, 0.4}, metrics::LeastCost{}).threshold == -infinity);
    const double above = std::nextafter(0.4, 1);
    CHECK(metrics::best_threshold({1, 0}, {above, 0.4}).threshold == 0.4);
    CHECK(metrics::best_threshold({1, 0, 0}, {0.8, 0.4, 0.9}, metrics::LeastCost{}, {1, 1, 0}).value == 0);
    CHECK(error_of([] { metrics::best_threshold({1}, {std::nan("")}); }) != "(nothing was thrown)");
}

TEST_CASE("BalancedBatches: classes in turns, each sample of a small class as often as another") {
    const BalancedBatches batches(data_set);
    const burin::RandomStream stream{4, burin::Purpose::shuffling, 1};
    const Indices order = batches.epoch_order(stream, true);
    REQUIRE(order.size() == labels.size());
    std::vector<std::size_t> drawn(labels.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        CHECK(labels[order[i]] == i % 3);
        ++drawn[order[i]];
    }
    // 16 of each: 6 samples each two or three times, 12 once or twice, 30 at most once.
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::size_t least = labels[i] == 2 ? 2 : labels[i] == 1 ? 1 : 0;
        CHECK(drawn[i] >= least);
        CHECK(drawn[i] <= least + 1);
    }
    CHECK(order == batches.epoch_order(stream, true));
    CHECK(order != batches.epoch_order({4, burin::Purpose::shuffling, 2}, true));
    const Indices in_order = batches.epoch_order(stream, false);
    CHECK(in_order[0] == members(0)[0]);
    CHECK(in_order[2] == members(2)[0]);
    CHECK(in_order[2 + 6 * 3] == members(2)[0]);
    CHECK(BalancedBatches(Dataset<>()).epoch_order(stream, true).empty());
    CHECK(batches.subset(0, 10).size() == 10);
    CHECK(labels[batches.subset(0, 10).epoch_order(stream, true)[1]] == 1);
}
