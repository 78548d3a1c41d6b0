#include "burin/data/dataset.hpp"
#include "burin/validation/group_k_fold.hpp"
#include "burin/validation/hold_out.hpp"
#include "burin/validation/k_fold.hpp"
#include "burin/validation/shuffle_split.hpp"
#include "burin/validation/stratified_k_fold.hpp"
#include "burin/validation/time_series_split.hpp"

#include "reference/validation.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

using burin::Label;
using namespace burin::validation;

namespace {

using Numbers = std::vector<std::size_t>;

Numbers numbers(std::span<const unsigned> values) {
    return {values.begin(), values.end()};
}

/// The fold in which each sample is tested, when each is in one and trained on in all others.
Numbers places(const Folds& folds, std::size_t count) {
    Numbers result(count, folds.size());
    for (std::size_t fold = 0; fold < folds.size(); ++fold) {
        CHECK(std::is_sorted(folds[fold].train.begin(), folds[fold].train.end()));
        Numbers all = folds[fold].train;
        for (const std::size_t i : folds[fold].test) {
            CHECK(result.at(i) == folds.size());
            result[i] = fold;
            all.push_back(i);
        }
        std::sort(all.begin(), all.end());
        CHECK(all == detail::all_indices(count));
    }
    return result;
}

/// The first and the last sample of each part.
Numbers ends(const Folds& folds) {
    Numbers result;
    for (const Fold& fold : folds)
        for (const std::size_t end :
             {fold.train.front(), fold.train.back(), fold.test.front(), fold.test.back()})
            result.push_back(end);
    return result;
}

std::vector<Label> labels() {
    return {std::begin(reference::validation::labels), std::end(reference::validation::labels)};
}

/// How many of the classes 0, 3 and 7 there are among some samples.
Numbers class_sizes(const Numbers& samples) {
    Numbers sizes(3);
    for (const std::size_t i : samples)
        ++sizes[labels()[i] == 0 ? 0 : labels()[i] == 3 ? 1 : 2];
    return sizes;
}

/// That there is no sample twice, and none in both parts.
void check_apart(const Fold& fold) {
    std::set<std::size_t> all(fold.train.begin(), fold.train.end());
    all.insert(fold.test.begin(), fold.test.end());
    CHECK(all.size() == fold.train.size() + fold.test.size());
}

} // namespace

TEST_CASE("KFold: scikit-learn's folds") {
    namespace expected = reference::validation;
    CHECK(places(KFold{.folds = 3}(10), 10) == numbers(expected::k_fold_10_3));
    CHECK(places(KFold{.folds = 7}(7), 7) == numbers(expected::k_fold_7_7));
    CHECK(places(KFold{.folds = 5}(17), 17) == numbers(expected::k_fold_17_5));
    CHECK(places(KFold{.folds = 4}(12), 12) == numbers(expected::k_fold_12_4));
    CHECK(LeaveOneOut{}(7) == KFold{.folds = 7}(7));
}

TEST_CASE("KFold, shuffled: the same sizes, another order for each seed and repetition") {
    const KFold shuffled{.folds = 5, .shuffle = true, .seed = 3};
    const Numbers once = places(shuffled(17), 17);
    Numbers sorted = once;
    std::sort(sorted.begin(), sorted.end());
    CHECK(sorted == numbers(reference::validation::k_fold_17_5));
    CHECK(once != sorted);
    CHECK(places(shuffled(17), 17) == once);
    const Folds repeated = RepeatedKFold{.folds = 5, .repetitions = 3, .seed = 3}(17);
    REQUIRE(repeated.size() == 15);
    std::set<Numbers> different{places(KFold{.folds = 5, .shuffle = true, .seed = 4}(17), 17)};
    for (int i = 0; i < 3; ++i)
        different.insert(places(Folds(repeated.begin() + 5 * i, repeated.begin() + 5 * i + 5), 17));
    CHECK(different.size() == 4);
    CHECK(different.contains(once));
}

TEST_CASE("StratifiedKFold: scikit-learn's folds, and its shares when shuffled") {
    namespace expected = reference::validation;
    CHECK(places(StratifiedKFold{.folds = 2}(labels()), 37) == numbers(expected::stratified_2));
    CHECK(places(StratifiedKFold{.folds = 5}(labels()), 37) == numbers(expected::stratified_5));
    CHECK(places(StratifiedKFold{.folds = 7}(labels()), 37) == numbers(expected::stratified_7));
    const Folds plain = StratifiedKFold{.folds = 5}(labels());
    const Folds shuffled = StratifiedKFold{.folds = 5, .shuffle = true, .seed = 1}(labels());
    CHECK(places(shuffled, 37) != places(plain, 37));
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(class_sizes(shuffled[i].test) == class_sizes(plain[i].test));
    const Folds repeated = RepeatedStratifiedKFold{.folds = 5, .repetitions = 2, .seed = 1}(labels());
    REQUIRE(repeated.size() == 10);
    CHECK(Folds(repeated.begin(), repeated.begin() + 5) == shuffled);
    CHECK(Folds(repeated.begin() + 5, repeated.end()) != shuffled);
    // Of any type with an order.
    CHECK(StratifiedKFold{.folds = 2}(std::vector<std::string>{"no", "yes", "no", "yes"})[0].test ==
          Numbers{0, 1});
}

TEST_CASE("GroupKFold: scikit-learn's folds, which part no group") {
    namespace expected = reference::validation;
    const std::vector<int> groups(std::begin(expected::groups), std::end(expected::groups));
    CHECK(places(GroupKFold{.folds = 2}(groups), groups.size()) == numbers(expected::group_2));
    CHECK(places(GroupKFold{.folds = 3}(groups), groups.size()) == numbers(expected::group_3));
    CHECK(places(GroupKFold{.folds = 7}(groups), groups.size()) == numbers(expected::group_7));
    for (const Fold& fold : GroupKFold{.folds = 3}(groups))
        for (const std::size_t tested : fold.test)
            for (const std::size_t trained : fold.train)
                CHECK(groups[tested] != groups[trained]);
}

TEST_CASE("TimeSeriesSplit: scikit-learn's folds, with a gap, a size and a limit") {
    CHECK(ends(TimeSeriesSplit{.folds = 5}(23)) == numbers(reference::validation::time_5));
    CHECK(ends(TimeSeriesSplit{.folds = 3, .max_train = 4, .test = 3, .gap = 2}(17)) ==
          numbers(reference::validation::time_3_gap));
    for (const Fold& fold : TimeSeriesSplit{.folds = 4, .gap = 1}(20)) {
        CHECK(fold.train.front() == 0);
        CHECK(fold.train.back() + 2 == fold.test.front());
        CHECK(fold.test.size() == 4);
    }
}

TEST_CASE("ShuffleSplit: scikit-learn's sizes, no sample twice, another order for each split") {
    namespace expected = reference::validation;
    const auto sizes = [](std::size_t count, double test, double train) {
        const Fold fold = ShuffleSplit{.splits = 1, .test = test, .train = train}(count)[0];
        check_apart(fold);
        return Numbers{fold.train.size(), fold.test.size()};
    };
    CHECK(sizes(10, .1, 0) == numbers(expected::shuffle_10_10));
    CHECK(sizes(37, .3, 0) == numbers(expected::shuffle_37_30));
    CHECK(sizes(37, .25, .5) == numbers(expected::shuffle_37_25));
    CHECK(sizes(100, .07, 0) == numbers(expected::shuffle_100_7));
    const Folds folds = ShuffleSplit{.splits = 3, .test = .5, .seed = 1}(20);
    CHECK(folds == ShuffleSplit{.splits = 3, .test = .5, .seed = 1}(20));
    CHECK(folds[0] != folds[1]);
    CHECK(folds[1] != folds[2]);
    CHECK(folds[0] != ShuffleSplit{.splits = 1, .test = .5, .seed = 2}(20)[0]);
}

TEST_CASE("StratifiedShuffleSplit: scikit-learn's sizes of each class") {
    namespace expected = reference::validation;
    CHECK(class_sizes(detail::all_indices(37)) == numbers(expected::class_sizes));
    const auto sizes = [](double test, double train) {
        const Folds folds =
            StratifiedShuffleSplit{.splits = 2, .test = test, .train = train, .seed = 5}(labels());
        CHECK(folds[0] != folds[1]);
        Numbers both;
        for (const Numbers& part : {folds[1].train, folds[1].test})
            for (const std::size_t size : class_sizes(part))
                both.push_back(size);
        check_apart(folds[1]);
        return both;
    };
    CHECK(sizes(.3, 0) == numbers(expected::stratified_shuffle_30));
    CHECK(sizes(.2, .4) == numbers(expected::stratified_shuffle_20));
}

TEST_CASE("hold_out: both parts, in the shares of the classes if asked to") {
    const burin::data::Dataset<> data(burin::Shape(1), std::vector<float>(37), labels());
    const auto [train, test] = hold_out(data, {.test = .2, .seed = 1});
    CHECK(Numbers{train.size(), test.size()} == numbers(reference::validation::hold_out_20));
    const auto [of_each, tested] = hold_out(data, {.test = .3, .seed = 1, .stratify = true});
    Numbers sizes(8);
    for (const Label label : labels_of(tested))
        ++sizes[label];
    CHECK(sizes == Numbers{4, 0, 0, 6, 0, 0, 0, 2});
    const burin::data::Dataset<float> values(burin::Shape(1), {1, 2}, {1, 2});
    CHECK(hold_out(values, {.test = .5}).test.size() == 1);
    CHECK(error_of([&] { hold_out(values, {.stratify = true}); }) ==
          "hold_out: expected labels, to stratify, got other targets");
}

TEST_CASE("splitters take a data set, of which they see the size or the labels") {
    const std::size_t count = labels().size();
    const burin::data::Dataset<> data(burin::Shape(1), std::vector<float>(count), labels());
    CHECK(data.labels() == labels());
    CHECK(KFold{}(data) == KFold{}(count));
    CHECK(RepeatedKFold{}(data) == RepeatedKFold{}(count));
    CHECK(LeaveOneOut{}(data) == LeaveOneOut{}(count));
    CHECK(ShuffleSplit{}(data) == ShuffleSplit{}(count));
    CHECK(TimeSeriesSplit{}(data) == TimeSeriesSplit{}(count));
    CHECK(StratifiedKFold{}(data) == StratifiedKFold{}(labels()));
    CHECK(RepeatedStratifiedKFold{}(data) == RepeatedStratifiedKFold{}(labels()));
    CHECK(StratifiedShuffleSplit{}(data) == StratifiedShuffleSplit{}(labels()));
    const burin::data::Dataset<> pairs(burin::Shape(1), std::vector<float>(4), std::vector<Label>(8));
    CHECK(error_of([&] { pairs.labels(); }) == "Dataset::labels: expected one label a sample, got 2");
}

TEST_CASE("splitters refuse what can't be split") {
    CHECK(error_of([] { KFold{.folds = 1}(10); }) == "KFold: expected at least 2 folds, got 1");
    CHECK(error_of([] { KFold{.folds = 5}(4); }) ==
          "KFold: expected at least as many samples as the 5 folds, got 4");
    CHECK(error_of([] { LeaveOneOut{}(1); }) == "LeaveOneOut: expected at least 2 samples, got 1");
    CHECK(error_of([] { StratifiedKFold{.folds = 3}(std::vector<int>{0, 0, 1, 1}); }) ==
          "StratifiedKFold: expected a class of at least as many samples as the 3 folds, got none of more "
          "than 2");
    CHECK(error_of([] { GroupKFold{.folds = 3}(std::vector<int>{0, 0, 1, 1}); }) ==
          "GroupKFold: expected at least as many groups as the 3 folds, got 2");
    CHECK(error_of([] { TimeSeriesSplit{.folds = 5}(5); }) ==
          "TimeSeriesSplit: expected more samples than the 5 folds, got 5");
    CHECK(error_of([] { TimeSeriesSplit{.folds = 3, .test = 3, .gap = 2}(11); }) ==
          "TimeSeriesSplit: expected samples to train on before 3 tests of 3 and a gap of 2, got 11");
    CHECK(TimeSeriesSplit{.folds = 3, .test = 3, .gap = 2}(12)[0].train == Numbers{0});
    CHECK(error_of([] {
              TimeSeriesSplit{.folds = 2, .gap = 50}(10);
          }).starts_with("TimeSeriesSplit: expected samples to train on"));
    CHECK(error_of([] { ShuffleSplit{.test = 1.5}(10); }) ==
          "ShuffleSplit: expected a share of test samples between 0 and 1, got 1.500000");
    CHECK(error_of([] { ShuffleSplit{.test = 0.6, .train = 0.6}(10); }) ==
          "ShuffleSplit: expected shares of at most 1 together, got 1.200000");
    CHECK(error_of([] { ShuffleSplit{}(1); }) ==
          "ShuffleSplit: expected samples enough to train on beside those tested, got 1");
    CHECK(error_of([] { StratifiedShuffleSplit{.test = .5}(std::vector<int>{0, 1, 1}); }) ==
          "StratifiedShuffleSplit: expected at least 2 samples of each class, got one of some");
    CHECK(error_of([] { StratifiedShuffleSplit{.test = .1}(std::vector<int>{0, 0, 1, 1}); }) ==
          "StratifiedShuffleSplit: expected parts of at least one sample for each of 2 classes, got 3 to "
          "train and 1 to test");
    CHECK(
        error_of([] { StratifiedShuffleSplit{}(std::vector<int>{}); }).starts_with("StratifiedShuffleSplit"));
}
