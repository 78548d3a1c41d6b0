#include "burin/data/tables/table.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace burin::data;
using burin::Label;
using burin::no_label;

namespace {

Table people() {
    return Table().with("age", {31, 54, Column::missing}).with("city", {"Chur", "", "Bern"});
}

template <class Values>
auto list(const Values& values) {
    return std::vector(values.begin(), values.end());
}

} // namespace

TEST_CASE("Table: columns have names, types and values of which some are missing") {
    const Table table = people();
    CHECK(table.rows() == 3);
    CHECK(table.columns() == 2);
    CHECK(table.names() == std::vector<std::string>{"age", "city"});
    CHECK(table.type("age") == ColumnType::number);
    CHECK(table.type("city") == ColumnType::category);
    CHECK(table.numbers("age")[1] == 54);
    CHECK(std::isnan(table.numbers("age")[2]));
    CHECK(list(table.codes("city")) == std::vector<Label>{1, no_label, 0});
    CHECK(list(table.categories("city")) == std::vector<std::string>{"Bern", "Chur"});
    CHECK(table.column("city").text(0) == "Chur");
    CHECK(table.column("city").text(1).empty());
    CHECK(table.column("age").missing_count() == 1);
    CHECK(Table().rows() == 0);
}

TEST_CASE("Table: a column that is not there, or is of another type, is named in one sentence") {
    const Table table = people();
    CHECK(error_of([&] { table.numbers("aeg"); }) ==
          "Table: expected the name of a column ('age', 'city'), got 'aeg'");
    CHECK(error_of([&] { table.numbers("city"); }) ==
          "Table: column 'city': expected numbers, got categories");
    CHECK(error_of([&] { table.codes("age"); }) == "Table: column 'age': expected categories, got numbers");
    CHECK(error_of([&] { table.with("x", {1, 2}); }) == "Table: column 'x': expected 3 rows, got 2");
    CHECK(error_of([&] { Table().select({"a"}); }) ==
          "Table: expected the name of a column (there is none), got 'a'");
    CHECK(error_of([&] { table.drop({"name"}); }) ==
          "Table: expected the name of a column ('age', 'city'), got 'name'");
    CHECK(error_of([&] { table.rename("age", "city"); }) ==
          "Table: expected a name that no other column has, got 'city'");
    CHECK(error_of([&] { table.subset(std::vector<std::size_t>{3}); }) ==
          "Table: expected the number of a row below 3, got 3");
    CHECK(error_of([&] { Column::of_codes({0, 2}, {"a"}); }) ==
          "Column: row 1: expected a code below 1, got 2");
}

TEST_CASE("Table: select, drop, rename, subset, filter and head give tables and change none") {
    const Table table = people();
    CHECK(table.select({"city", "age"}).names() == std::vector<std::string>{"city", "age"});
    CHECK(table.drop({"city"}).names() == std::vector<std::string>{"age"});
    CHECK(table.rename("city", "town").codes("town")[2] == 0);
    const Table turned = table.subset(std::vector<std::size_t>{2, 0, 0});
    CHECK(turned.numbers("age")[1] == 31);
    CHECK(list(turned.codes("city")) == std::vector<Label>{0, 1, 1});
    const Table old = table.filter(
        [](const TableRow& row) { return row.number("age") > 40 || row.text("city") == "Bern"; });
    CHECK(list(old.codes("city")) == std::vector<Label>{no_label, 0});
    CHECK(table.filter([](const TableRow&) { return false; }).rows() == 0);
    CHECK(table.head(2).rows() == 2);
    CHECK(table.head(9).rows() == 3);
    CHECK(table.rows() == 3);
}
