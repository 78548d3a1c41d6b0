#include "burin/data/tables/describe.hpp"
#include "burin/data/tables/group.hpp"
#include "burin/data/tables/join.hpp"
#include "burin/data/tables/sort.hpp"
#include "burin/data/tables/table_text.hpp"
#include "burin/data/tables/to_dataset.hpp"

#include "reference/tables.hpp"
#include "support/error_of.hpp"
#include "support/same_numbers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

using namespace burin::data;
using burin::Label;
namespace expected = reference::tables;

namespace {

std::vector<double> numbers(std::span<const double> values) {
    return {values.begin(), values.end()};
}

std::vector<std::string> texts(std::span<const char* const> values) {
    return {values.begin(), values.end()};
}

Table people() {
    std::vector<double> rows(std::size(expected::income));
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = static_cast<double>(i);
    return Table()
        .with("city", texts(expected::city))
        .with("grade", numbers(expected::grade))
        .with("income", numbers(expected::income))
        .with("row", rows);
}

} // namespace

TEST_CASE("group: as pandas, without rows whose key is missing") {
    const Groups groups = group(people(), {"city", "grade"})
                              .count()
                              .mean("income")
                              .sum("income")
                              .min("income")
                              .max("income")
                              .median("income", "middle")
                              .std("income");
    const Table& table = groups.table();
    CHECK(table.names() == std::vector<std::string>{"city", "grade", "count", "mean(income)", "sum(income)",
                                                    "min(income)", "max(income)", "middle", "std(income)"});
    REQUIRE(table.rows() == std::size(expected::group_city));
    for (std::size_t row = 0; row < table.rows(); ++row)
        CHECK(table.column("city").text(row) == expected::group_city[row]);
    check_same(table.numbers("grade"), expected::group_grade);
    check_same(table.numbers("count"), expected::group_count);
    check_same(table.numbers("mean(income)"), expected::group_mean);
    check_same(table.numbers("sum(income)"), expected::group_sum);
    check_same(table.numbers("min(income)"), expected::group_min);
    check_same(table.numbers("max(income)"), expected::group_max);
    check_same(table.numbers("middle"), expected::group_median);
    check_same(table.numbers("std(income)"), expected::group_std);
    CHECK(error_of([&] { groups.count(); }) ==
          "group: expected a name that no other column of the result has, got 'count'");
    CHECK(error_of([&] { groups.mean("city"); }) == "Table: column 'city': expected numbers, got categories");
    // Without a key all rows are one group.
    CHECK(group(people(), {}).count().table().numbers("count")[0] == 40);
    CHECK(group(people().head(0), {"city"}).count().table().rows() == 0);
}

TEST_CASE("sort: missing values come last, rows of the same values stay in their order") {
    check_same(sort(people(), {"grade", "income"}).numbers("row"), expected::sorted_rows);
    check_same(sort(people(), {"grade", "income"}, Order::descending).numbers("row"), expected::sorted_down);
    const Table by_name = sort(Table().with("a", {"z", "", "ä", "b"}), {"a"});
    CHECK(by_name.column("a").text(0) == "b");
    CHECK(by_name.column("a").text(2) == "ä");
    CHECK(by_name.column("a").is_missing(3));
}

TEST_CASE("join: inner and left, by texts whatever their codes are") {
    const Table regions =
        Table().with("city", texts(expected::region_city)).with("region", numbers(expected::region));
    const Table inner = join(people(), regions, {"city"});
    check_same(inner.numbers("row"), expected::inner_row);
    check_same(inner.numbers("region"), expected::inner_region);
    const Table left = join(people(), regions, {"city"}, Join::left);
    check_same(left.numbers("row"), expected::left_row);
    check_same(left.numbers("region"), expected::left_region);
    CHECK(left.names() == std::vector<std::string>{"city", "grade", "income", "row", "region"});
    // Two keys, of which one is a number.
    const Table both =
        join(Table().with("a", {1, 1, 2}).with("b", {"x", "y", "x"}),
             Table().with("b", {"y", "x"}).with("a", {1, 2}).with("c", {7, 8}), {"a", "b"}, Join::left);
    check_same(both.numbers("c"), std::vector<double>{Column::missing, 7, 8});
    CHECK(error_of([&] { join(people(), people(), {"row"}); }) ==
          "join: expected names that are in one table only, got 'city' in both");
    CHECK(error_of([&] {
              join(people(), people().rename("row", "x").with("row", {"a"}), {"row"});
          }).starts_with("Table: "));
    CHECK(error_of([&] { join(Table().with("a", {1}), Table().with("a", {"1"}), {"a"}); }) ==
          "join: column 'a': expected the same type in both tables, got numbers and categories");
    CHECK(error_of([&] { join(people(), regions, {}); }) ==
          "join: expected at least one column to join by, got none");
}

TEST_CASE("with_categories: a second file takes the codes of the first") {
    const Table train = Table().with("size", {"S", "L", "M"}), test = Table().with("size", {"L", "XL", ""});
    CHECK(test.codes("size")[0] == 0);
    const Table same = with_categories_of(train, test);
    CHECK(same.column("size").text(0) == "L");
    CHECK(same.codes("size")[0] == train.codes("size")[1]);
    CHECK(same.column("size").is_missing(1));
    CHECK(same.column("size").is_missing(2));
    CHECK(with_categories(train, "size", {"S", "M", "L"}).codes("size")[1] == 2);
    CHECK(error_of([&] { with_categories(Table().with("a", {1}), "a", {"1"}); }) ==
          "Table: column 'a': expected categories, got numbers");
}

TEST_CASE("describe and value_counts") {
    const Table table = describe(people().with("joined", Column::of_dates(std::vector<double>(40, 86400))));
    const std::size_t income = 2;
    const std::vector<std::string> names{"count", "mean", "std", "min", "25%", "50%", "75%", "max"};
    for (std::size_t i = 0; i < names.size(); ++i)
        check_same(table.numbers(names[i]).subspan(income, 1), std::span(expected::described).subspan(i, 1));
    CHECK(table.numbers("missing")[income] == 40 - expected::described[0]);
    CHECK(table.column("most frequent").text(0) == "Bern");
    CHECK(table.numbers("different")[0] == 3);
    CHECK(table.column("type").text(0) == "categories");
    CHECK(table.column("latest").text(4) == "1970-01-02");
    const Table counts = value_counts(Table().with("a", {"y", "x", "", "x", "x", "z", "y"}), "a");
    CHECK(counts.column("a").text(0) == "x");
    check_same(counts.numbers("count"), std::vector<double>{3, 2, 1});
    CHECK(value_counts(Table().with("count", {1, 1}), "count").numbers("rows")[0] == 2);
    CHECK(describe(Table()).rows() == 0);
}

TEST_CASE("table_text: aligned, whatever the texts") {
    const Table table = Table()
                            .with("name", {"Ann", "Zoë", "中村太", "", "a\nb"})
                            .with("age", {31, 0.5, Column::missing, 1e20, 123456.75})
                            .with("since", Column::of_dates({0, 86400.5, Column::missing, 1, 2}));
    CHECK(table_text(table) == "   name       age  since\n"
                               "-  ------  ------  ---------------------\n"
                               "0  Ann         31  1970-01-01\n"
                               "1  Zoë        0.5  1970-01-02T00:00:00.5\n"
                               "2  中村太\n"
                               "3           1e+20  1970-01-01T00:00:01\n"
                               "4  a\\nb    123457  1970-01-01T00:00:02\n"
                               "5 rows, 3 columns\n");
    CHECK(table_text(Table().with("a", {"中村", "e\u0301", "🙂!"}).with("b", {1, 2, 3})) ==
          "   a     b\n"
          "-  ----  -\n"
          "0  中村  1\n"
          "1  e\u0301     2\n"
          "2  🙂!   3\n"
          "3 rows, 2 columns\n");
    CHECK(table_text(table.select({"age"}), {.rows = 3}) == "      age\n"
                                                            "-  ------\n"
                                                            "0      31\n"
                                                            "1     0.5\n"
                                                            "…       …\n"
                                                            "4  123457\n"
                                                            "5 rows, 1 columns\n");
    CHECK(table_text(table.head(0)).ends_with("0 rows, 3 columns\n"));
}

TEST_CASE("to_dataset: rows become samples, texts of the target become classes") {
    const Table table = Table()
                            .with("age", {31, Column::missing})
                            .with("left", {"yes", "no"})
                            .with("city", {"Chur", "Bern"})
                            .with("weight", {2, 0.5});
    const auto [samples, features, classes] = to_dataset(table, {.target = "left", .weight = "weight"});
    CHECK(features == std::vector<std::string>{"age", "city"});
    CHECK(classes == std::vector<std::string>{"no", "yes"});
    CHECK(samples.size() == 2);
    CHECK(samples.target(0)[0] == 1);
    CHECK(samples.input(0)[0] == 31);
    CHECK(samples.input(0)[1] == 1);
    CHECK(std::isnan(samples.input(1)[0]));
    CHECK(samples.weight(1) == 0.5f);
    const auto numbers = to_dataset<double, double>(table, {.target = "weight", .features = {"city"}});
    CHECK(numbers.samples.target(1)[0] == 0.5);
    CHECK(numbers.classes.empty());
    CHECK(to_dataset(Table().with("a", {1}).with("y", {3}), {.target = "y"}).samples.target(0)[0] == 3);
}

TEST_CASE("to_dataset: what can be no sample is named with row and column") {
    const auto error = [](const Table& table, const DatasetColumns& columns = {.target = "y"}) {
        return error_of([&] { to_dataset(table, columns); });
    };
    const Table table = Table().with("a", {1, 2});
    CHECK(error(table.with("y", {0, Column::missing})) ==
          "to_dataset: row 1, column 'y': expected a target, got a missing one");
    CHECK(error(table.with("y", {0, 0.5})) ==
          "to_dataset: row 1, column 'y': expected a label (a text, or a whole number from 0 on), got 0.5");
    CHECK(error(table.with("y", {"a", "b"}).with("w", {1, -1}), {.target = "y", .weight = "w"}) ==
          "to_dataset: row 1, column 'w': expected a weight of at least 0, got -1");
    CHECK(error(Table().with("a", {1e300}).with("y", {0})) ==
          "to_dataset: row 0, column 'a': expected a number within the range of float, got 1e+300");
    CHECK(error(Table().with("d", Column::of_dates({0})).with("y", {0})) ==
          "to_dataset: column 'd': expected numbers or categories, got dates; date_parts makes numbers of "
          "them");
    CHECK(error(Table().with("y", {0})) == "to_dataset: expected at least one feature, got none");
    CHECK(error_of([&] { to_dataset<float>(table.with("y", {"a", "b"}), {.target = "y"}); }) ==
          "to_dataset: row 0, column 'y': expected a number, got categories");
}
