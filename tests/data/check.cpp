#include "burin/data/check.hpp"
#include "burin/data/tables/check_table.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace burin::data;
using burin::Label;
using burin::Shape;

namespace {

const float none = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();

using Problems = std::vector<std::string>;

} // namespace

TEST_CASE("check: NaN, infinities, constant features, duplicates and contradictions, each with its place") {
    const Dataset<> samples(Shape(3), {1, 7, 0, 2, 7, none, 1, 7, -0.0f, 1, 7, 0, 3, 7, infinite, 2, 7, none},
                            {0, 1, 0, 1, 1, 1});
    const DataCheck found = check(samples);
    CHECK(found.samples == 6);
    CHECK(found.features[2].missing == 2);
    CHECK(found.features[2].first_missing == 1);
    CHECK(found.features[2].infinite == 1);
    CHECK(found.features[0].min == 1);
    CHECK(found.features[0].max == 3);
    CHECK(found.features[0].mean == doctest::Approx(10 / 6.0));
    CHECK(found.features[1].is_constant);
    CHECK(!found.features[2].is_constant);
    REQUIRE(found.duplicates.size() == 3); // A zero is like a negative one, NaN like NaN.
    CHECK(found.duplicates[0].sample == 2);
    CHECK(found.duplicates[0].other == 0);
    CHECK(found.duplicates[2].other == 1);
    REQUIRE(found.contradictions.size() == 1);
    CHECK(found.contradictions[0].sample == 3);
    CHECK(found.classes[1].samples == 4);
    CHECK(found.problems ==
          Problems{"feature 2: 2 values are missing (NaN), the first in sample 1",
                   "feature 2: 1 value is infinite, the first in sample 4",
                   "feature 1: constant, from which nothing can be learnt",
                   "3 samples like an earlier one, the first is 2 (like 0)",
                   "1 sample like an earlier one, but with another target, the first is 3 (like 0)"});
    CHECK(check(Dataset<>(Shape(2), {1, 2, 3, 5}, {0, 1})).problems.empty());
    CHECK(check(Dataset<>()).problems == Problems{"no samples"});
}

TEST_CASE("check: classes without samples, and very many more of one") {
    std::vector<float> inputs;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < 32; ++i) {
        inputs.push_back(static_cast<float>(i));
        labels.push_back(i < 30 ? 0 : i == 30 ? 3 : 1);
    }
    CHECK(check(Dataset<>(Shape(1), inputs, labels)).problems ==
          Problems{"class 2: no samples", "class 0 has 30 times as many samples as class 1"});
    // A label that stands for no class is none.
    labels[5] = burin::no_label;
    CHECK(check(Dataset<>(Shape(1), inputs, labels)).classes.size() == 4);
    // Numbers as targets have no classes.
    CHECK(check(Dataset<float>(Shape(1), {1, 2}, {0.5f, 1})).classes.empty());
}

TEST_CASE("check: samples of the test set that are in the training set") {
    const Dataset<> train(Shape(2), {1, 2, 3, 4, 5, 6}, {0, 1, 0}),
        test(Shape(2), {3, 4, 1, 2, 9, 60}, {1, 1, 2});
    const PartsCheck found = check(train, test);
    REQUIRE(found.leaks.size() == 2);
    CHECK(found.leaks[1].sample == 1);
    CHECK(found.leaks[1].other == 0);
    CHECK(found.problems ==
          Problems{"2 samples of the test set also in the training set, the first is 0 (there 1)",
                   "feature 1: values of the test set far beyond the range of the training set",
                   "class 2: in the test set only"});
    CHECK(check(train, Dataset<>(Shape(2), {1, 4}, {0})).problems.empty());
    CHECK(error_of([&] { check(train, Dataset<>(Shape(1), {1}, {0})); }) ==
          "check: expected samples of the same size in both parts, got 2 and 1");
}

TEST_CASE("check: tables, by the texts of their categories") {
    const Table table = Table()
                            .with("age", {31, Column::missing, 31})
                            .with("city", {"Bern", "Chur", "Bern"})
                            .with("left", {"no", "yes", ""});
    const DataCheck found = check(table, "left");
    CHECK(found.features.size() == 2);
    CHECK(found.features[1].categories == 2);
    CHECK(found.classes[1].name == "yes");
    CHECK(found.problems ==
          Problems{"column 'age': 1 value is missing (NaN), the first in row 1",
                   "column 'age': constant, from which nothing can be learnt",
                   "1 row like an earlier one, the first is 2 (like 0)",
                   "1 row like an earlier one, but with another target, the first is 2 (like 0)",
                   "target 'left': missing in 1 row"});
    const Table other =
        Table().with("city", {"Basel", "Bern"}).with("left", {"maybe", "no"}).with("age", {31, 31});
    const PartsCheck parts = check(table, other, "left");
    REQUIRE(parts.leaks.size() == 1);
    CHECK(parts.leaks[0].sample == 1);
    CHECK(parts.leaks[0].other == 0);
    CHECK(parts.problems.back() == "class maybe: in the test set only");
    CHECK(error_of([&] { check(table, other.with("age", {"a", "b"})); }) ==
          "check: column 'age': expected numbers in both parts, got categories");
    CHECK(check(Table()).problems == Problems{"no rows"});
}

TEST_CASE("check_text: aligned, and with an end") {
    const Table table =
        Table().with("age", {31, Column::missing}).with("city", {"Bern", "Chur"}).with("left", {"no", "yes"});
    CHECK(check_text(check(table, "left")) == "2 samples of 2 features\n"
                                              "feature  missing  infinite           min  mean  max\n"
                                              "-------  -------  --------  ------------  ----  ---\n"
                                              "'age'          1                      31    31   31\n"
                                              "'city'                      2 categories\n"
                                              "\n"
                                              "class  samples   share\n"
                                              "-----  -------  ------\n"
                                              "no           1  50.0 %\n"
                                              "yes          1  50.0 %\n"
                                              "\n"
                                              "! column 'age': 1 value is missing (NaN), the first in row 1\n"
                                              "! column 'age': constant, from which nothing can be learnt\n");
    const std::string dates = check_text(check(Table().with("d", Column::of_dates({0, 86400, 172800.5}))));
    CHECK(dates.find("'d'                         1970-01-01  1970-01-02  1970-01-03\n") !=
          std::string::npos);
    const Dataset<> wide(Shape(100), std::vector<float>(200), {0, 1});
    const std::string text = check_text(check(wide, wide));
    CHECK(text.find("… and 70 more") != std::string::npos);
    CHECK(text.find("! features 0, 1, 2, 3, 4 and 95 others: constant") != std::string::npos);
    CHECK(text.find("\nBoth:\n! 2 samples of the test set") != std::string::npos);
}
