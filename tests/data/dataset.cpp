#include "burin/data/dataset.hpp"
#include "burin/data/tabular.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

using burin::Label;
using burin::Shape;
using burin::data::Dataset;

namespace {

/// Sample i has the inputs 2i and 2i + 1 and the label i, so that a row tells where it comes from.
Dataset<> counted(std::size_t size) {
    std::vector<float> inputs(2 * size);
    std::iota(inputs.begin(), inputs.end(), 0.0f);
    std::vector<Label> labels(size);
    std::iota(labels.begin(), labels.end(), Label{0});
    return Dataset<>(Shape(2), std::move(inputs), std::move(labels));
}

std::vector<Label> labels(const Dataset<>& data) {
    std::vector<Label> result;
    for (std::size_t i = 0; i < data.size(); ++i) {
        result.push_back(data.target(i)[0]);
        CHECK(data.input(i)[0] == static_cast<float>(2 * result.back()));
        CHECK(data.input(i)[1] == static_cast<float>(2 * result.back() + 1));
    }
    return result;
}

std::vector<Label> sorted(std::vector<Label> values) {
    std::sort(values.begin(), values.end());
    return values;
}

burin::data::csv::Numbers table(std::string_view text) {
    return burin::data::csv::numbers(burin::data::csv::parse(text, "t"), "t", {.allow_not_finite = true});
}

} // namespace

TEST_CASE("Dataset: hands out the rows it was given, with their targets and weights") {
    const Dataset<double> data(Shape(1, 2), {1, 2, 3, 4}, {.1, .2, .3, .4, .5, .6}, {.5f, 2});
    CHECK(data.size() == 2);
    CHECK(data.input_shape() == Shape(1, 2));
    CHECK(data.target_size() == 3);
    CHECK(std::vector<float>(data.input(1).begin(), data.input(1).end()) == std::vector<float>{3, 4});
    CHECK(std::vector<double>(data.target(1).begin(), data.target(1).end()) ==
          std::vector<double>{.4, .5, .6});
    CHECK(data.has_weights());
    CHECK(data.weight(1) == 2);
    const Dataset<> plain = counted(1);
    CHECK_FALSE(plain.has_weights());
    CHECK(plain.weight(0) == 1);
}

TEST_CASE("Dataset: an empty set has a size, and parts") {
    const Dataset<> data;
    CHECK(data.empty());
    CHECK(data.split(0.5, 1).second.empty());
    CHECK(Dataset<>(Shape(3), {}, {}).empty());
}

TEST_CASE("Dataset: samples without targets are samples") {
    const auto data = Dataset<float>::without_targets(Shape(2), {1, 2, 3, 4}, {1, 0});
    CHECK(data.size() == 2);
    CHECK(data.target_size() == 0);
    CHECK(data.shuffled(1).subset(0, 1).target(0).empty());
    CHECK(data.weight(1) == 0);
    CHECK(error_of([] { (void)Dataset<float>::without_targets(Shape(2), {1, 2, 3}); }) ==
          "Dataset: expected inputs of whole samples of 2 values, got 3 values");
}

TEST_CASE("Dataset: refuses counts that do not agree") {
    CHECK(error_of([] { Dataset<>(Shape(2), {1, 2, 3}, {0}); }) ==
          "Dataset: expected inputs of whole samples of 2 values, got 3 values");
    CHECK(error_of([] { Dataset<>(Shape(2, 0), {}, {}); }) ==
          "Dataset: expected inputs of whole samples of 0 values, got 0 values");
    CHECK(error_of([] { Dataset<>(Shape(1), {1, 2}, {0, 1, 2}); }) ==
          "Dataset: expected the same number of targets for each of 2 samples, got 3 targets");
    CHECK(error_of([] { Dataset<>(Shape(1), {1, 2}, {}); }) ==
          "Dataset: expected at least a target for each of 2 samples, got 0 targets");
    CHECK(error_of([] { Dataset<>(Shape(1), {}, {1}); }) ==
          "Dataset: expected the same number of targets for each of 0 samples, got 1 targets");
    CHECK(error_of([] { Dataset<>(Shape(1), {1, 2}, {0, 1}, {1, 1, 1}); }) ==
          "Dataset: expected a weight for each of 2 samples, got 3 weights");
    CHECK(error_of([] { counted(3).subset(2, 2); }) ==
          "Dataset::subset: expected a range within 3 samples, got 2 from 2 on");
    CHECK(error_of([] {
              counted(3).subset(1, static_cast<std::size_t>(-1));
          }).starts_with("Dataset::subset: expected a range within 3 samples"));
}

TEST_CASE(
    "Dataset: subsets, shuffles, splits and copies share one memory, which outlives the first of them") {
    Dataset<> part;
    std::array<const float*, 10> rows{};
    {
        const Dataset<> data = counted(10);
        for (std::size_t i = 0; i < 10; ++i)
            rows[i] = data.input(i).data();
        const Dataset<> copy = data;
        CHECK(copy.input(3).data() == rows[3]);
        CHECK(data.subset(4, 2).input(1).data() == rows[5]);
        const auto [train, test] = data.split(0.7, 1);
        part = train;
    }
    for (std::size_t i = 0; i < part.size(); ++i)
        CHECK(part.input(i).data() == rows[part.target(i)[0]]);
    CHECK(labels(part).size() == 7);
}

TEST_CASE("Dataset: the samples of some numbers, in their order, also of a subset") {
    const Dataset<> data = counted(10);
    const std::vector<std::size_t> some{7, 0, 7, 3};
    CHECK(labels(data.subset(some)) == std::vector<Label>{7, 0, 7, 3});
    CHECK(labels(data.subset(2, 8).subset(some)) == std::vector<Label>{9, 2, 9, 5});
    CHECK(data.subset(std::vector<std::size_t>{}).empty());
    CHECK(error_of([&] { data.subset(5, 5).subset(some); }) ==
          "Dataset: expected the number of a sample below 5, got 7");
}

TEST_CASE("Dataset: a split's parts have every sample once, in sizes rounded from the fraction") {
    for (const auto& [size, fraction, first] : {std::tuple<std::size_t, double, std::size_t>{10, 0.8, 8},
                                                {10, 0.25, 3},
                                                {1797, 0.8, 1438},
                                                {3, 0.999, 3},
                                                {3, 0.001, 0},
                                                {1, 0.5, 1}}) {
        CAPTURE(size);
        CAPTURE(fraction);
        const auto [a, b] = counted(size).split(fraction, 7);
        CHECK(a.size() == first);
        CHECK(a.size() + b.size() == size);
        std::vector<Label> all = labels(a), second = labels(b), expected(size);
        all.insert(all.end(), second.begin(), second.end());
        std::iota(expected.begin(), expected.end(), Label{0});
        CHECK(sorted(all) == expected);
    }
    for (double fraction : {0.0, 1.0, -0.5, 2.0, std::numeric_limits<double>::quiet_NaN()})
        CHECK(error_of([&] { counted(3).split(fraction, 1); }) ==
              "Dataset::split: expected a fraction between 0 and 1, got " + std::to_string(fraction));
}

TEST_CASE("Dataset: the seed alone decides an order") {
    const std::vector<Label> once = labels(counted(100).shuffled(5));
    CHECK(labels(counted(100).shuffled(5)) == once);
    CHECK(labels(counted(100).split(0.5, 5).first) == std::vector<Label>(once.begin(), once.begin() + 50));
    CHECK(labels(counted(100).shuffled(6)) != once);
    CHECK(once != sorted(once));
    const Dataset<> data = counted(100);
    CHECK(labels(data.shuffled(5)) == once);
    CHECK(labels(data) == sorted(once));
}

TEST_CASE("Dataset: weights stay with their samples") {
    const Dataset<> data(Shape(1), {0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}, {10, 11, 12, 13, 14});
    const Dataset<> mixed = data.shuffled(3);
    for (std::size_t i = 0; i < mixed.size(); ++i)
        CHECK(mixed.weight(i) == mixed.input(i)[0] + 10);
}

TEST_CASE("Dataset: labels are checked against the number of classes") {
    counted(4).check_labels(4);
    CHECK(error_of([] { counted(4).check_labels(3); }) ==
          "Dataset: sample 3: expected a label below 3, got 3");
}

TEST_CASE("from_table: takes the target from any column, the features from the others") {
    const auto numbers = table("1,10,2\n3,20,4\n");
    const Dataset<Label, double> data = burin::data::from_table<Label, double>(numbers, 1, Shape(2), 2);
    CHECK(data.target(1)[0] == 20);
    CHECK(std::vector<double>(data.input(1).begin(), data.input(1).end()) == std::vector<double>{1.5, 2});
    const auto regression = burin::data::from_table<float>(table("1,-2.5\n"), 1, Shape(1));
    CHECK(regression.target(0)[0] == -2.5f);
}

TEST_CASE("from_table: refuses columns and labels that are none") {
    const auto load = [](std::string_view text, std::size_t column, Shape shape) {
        return error_of([&] { burin::data::from_table(table(text), column, shape); });
    };
    CHECK(load("1,2\n", 2, Shape(1)) == "from_table: expected a target column below 2, got 2");
    CHECK(load("", 0, Shape(1)) == "from_table: expected a target column below 0, got 0");
    CHECK(load("1,2,3\n", 0, Shape(3)) == "from_table: expected a shape of 2 features, got one of 3");
    for (const char* label : {"-1", "0.5", "4294967296", "nan", "inf"}) {
        CAPTURE(label);
        CHECK(load("0,0\n0," + std::string(label) + "\n", 1, Shape(1))
                  .starts_with(
                      "from_table: row 1, column 1: expected a label (a whole number from 0 on), got "));
    }
}
