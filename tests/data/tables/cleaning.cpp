#include "burin/data/tables/date_parts.hpp"
#include "burin/data/tables/duplicates.hpp"
#include "burin/data/tables/interpolate.hpp"
#include "burin/data/tables/missing.hpp"
#include "burin/data/tables/outliers.hpp"

#include "reference/tables.hpp"
#include "support/error_of.hpp"
#include "support/same_numbers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace burin::data;
using burin::Label;
using burin::no_label;
namespace expected = reference::tables;

namespace {

std::vector<double> numbers(std::span<const double> values) {
    return {values.begin(), values.end()};
}

Table series() {
    return Table()
        .with("value", numbers(expected::values))
        .with("time", Column::of_dates(numbers(expected::times)));
}

} // namespace

TEST_CASE("drop_missing and flag_missing") {
    const Table table = Table().with("a", {1, Column::missing, 3, 4}).with("b", {"x", "y", "", "z"});
    check_same(drop_missing(table).numbers("a"), std::vector<double>{1, 4});
    check_same(drop_missing(table, {"a"}).numbers("a"), std::vector<double>{1, 3, 4});
    check_same(flag_missing(table, "b").numbers("b is missing"), std::vector<double>{0, 0, 1, 0});
    CHECK(drop_missing(Table()).rows() == 0);
}

TEST_CASE("fill_missing: a number or a text") {
    const Table table = Table().with("a", {1, Column::missing}).with("b", {"x", ""});
    CHECK(fill_missing(table, "a", -1).numbers("a")[1] == -1);
    const Table filled = fill_missing(table, "b", "unknown");
    CHECK(filled.codes("b")[1] == 1);
    CHECK(filled.categories("b")[1] == "unknown");
    CHECK(fill_missing(table, "b", "x").categories("b").size() == 1);
    CHECK(error_of([&] { fill_missing(table, "b", 1); }) ==
          "fill_missing: column 'b': expected a text for categories, got a number");
    CHECK(error_of([&] { fill_missing(table, "a", "x"); }) ==
          "Table: column 'a': expected categories, got numbers");
}

TEST_CASE("forward_fill and backward_fill: as pandas, in columns of any type") {
    check_same(forward_fill(series()).numbers("value"), expected::forward);
    check_same(backward_fill(series()).numbers("value"), expected::backward);
    check_same(forward_fill(series(), {"value"}, 2).numbers("value"), expected::forward_2);
    check_same(backward_fill(series(), {"value"}, 1).numbers("value"), expected::backward_1);
    const Table texts = forward_fill(Table().with("a", {"", "x", "", "y"}));
    CHECK(texts.column("a").is_missing(0));
    CHECK(texts.column("a").text(2) == "x");
    CHECK(forward_fill(Table()).rows() == 0);
}

TEST_CASE("interpolate: linear as pandas, splines as SciPy, by row and by time") {
    check_same(interpolate(series()).numbers("value"), expected::linear);
    check_same(interpolate(series(), {"value"}, {.by = "time"}).numbers("value"), expected::linear_by_time);
    check_same(interpolate(series(), {}, {.method = Interpolation::spline}).numbers("value"),
               expected::spline);
    check_same(interpolate(series(), {}, {.method = Interpolation::spline, .by = "time"}).numbers("value"),
               expected::spline_by_time);
    // Nothing known, one value, two.
    const auto between = [](std::vector<double> values) {
        return numbers(
            interpolate(Table().with("a", std::move(values)), {}, {.method = Interpolation::spline})
                .numbers("a"));
    };
    const double none = Column::missing;
    check_same(between({none, none}), std::vector<double>{none, none});
    check_same(between({none, 3, none}), std::vector<double>{none, 3, none});
    check_same(between({1, none, none, 7}), std::vector<double>{1, 3, 5, 7});
    CHECK(between({}).empty());
    CHECK(error_of([&] { interpolate(Table().with("a", {1, 2}).with("t", {5, 5}), {}, {.by = "t"}); }) ==
          "interpolate: row 1, column 't': expected a number or a date beyond that of the row before");
    CHECK(error_of([&] {
              interpolate(Table().with("a", {1}).with("t", {"x"}), {}, {.by = "t"});
          }).starts_with("interpolate: row 0"));
    CHECK(error_of([] {
              NaturalSpline(std::vector<double>{}, std::vector<double>{});
          }).starts_with("NaturalSpline: expected points"));
    CHECK(error_of([] { NaturalSpline(std::vector<double>{1, 1}, std::vector<double>{1, 2}); }) ==
          "NaturalSpline: point 1: expected a place right of that before");
}

TEST_CASE("duplicates: as pandas, the first of each kind stays") {
    const Table table =
        Table()
            .with("city", std::vector<std::string>(std::begin(expected::city), std::end(expected::city)))
            .with("grade", numbers(expected::grade));
    std::vector<double> rows;
    for (const std::size_t row : duplicate_rows(table))
        rows.push_back(static_cast<double>(row));
    check_same(rows, expected::duplicates);
    CHECK(drop_duplicates(table).rows() == table.rows() - rows.size());
    CHECK(drop_duplicates(table, {"city"}).rows() == 4);
    CHECK(duplicate_rows(Table()).empty());
}

TEST_CASE("date_parts: as pandas") {
    const Table dates = Table().with("d", Column::of_dates(numbers(expected::date_seconds)));
    const Table table =
        date_parts(dates, "d",
                   {.parts = {DatePart::year, DatePart::month, DatePart::day, DatePart::weekday,
                              DatePart::hour, DatePart::minute, DatePart::day_of_year},
                    .cyclic = {DatePart::month, DatePart::weekday, DatePart::hour, DatePart::day_of_year}});
    CHECK(!table.has("d"));
    check_same(table.numbers("d_year"), expected::date_year);
    check_same(table.numbers("d_month"), expected::date_month);
    check_same(table.numbers("d_day"), expected::date_day);
    check_same(table.numbers("d_weekday"), expected::date_day_of_week);
    check_same(table.numbers("d_hour"), expected::date_hour);
    check_same(table.numbers("d_minute"), expected::date_minute);
    check_same(table.numbers("d_day_of_year"), expected::date_day_of_year);
    check_same(table.numbers("d_month_sin"), expected::date_month_sin);
    check_same(table.numbers("d_weekday_cos"), expected::date_weekday_cos);
    check_same(table.numbers("d_hour_sin"), expected::date_hour_sin);
    check_same(table.numbers("d_day_of_year_cos"), expected::date_dayofyear_cos);
    const Table odd = date_parts(Table().with("d", Column::of_dates({Column::missing, 1e300})), "d",
                                 {.cyclic = {DatePart::day, DatePart::minute}, .keep = true});
    CHECK(odd.has("d"));
    CHECK(std::isnan(odd.numbers("d_year")[0]));
    CHECK(std::isnan(odd.numbers("d_day_sin")[1]));
    CHECK(error_of([&] { date_parts(dates, "d", {.cyclic = {DatePart::year}}); }) ==
          "date_parts: .cyclic: expected parts that come again, got year");
    CHECK(error_of([&] { date_parts(Table().with("d", {1}), "d"); }) ==
          "Table: column 'd': expected dates, got numbers");
}

TEST_CASE("outliers: by z-scores and by quartiles as SciPy and NumPy") {
    const Table table = Table().with("x", numbers(expected::spread));
    std::vector<std::size_t> far, outside;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if (std::abs(expected::z_scores[row]) > 2)
            far.push_back(row);
        if (expected::spread[row] < expected::fences[0] || expected::spread[row] > expected::fences[1])
            outside.push_back(row);
    }
    CHECK(!far.empty());
    CHECK(outside.size() > far.size());
    CHECK(outlier_rows(table, "x", ZScore{.limit = 2}) == far);
    CHECK(outlier_rows(table, "x") == outside);
    CHECK(drop_outliers(table, {"x"}).rows() == table.rows() - outside.size());
    const Table flagged = flag_outliers(table, "x");
    CHECK(flagged.numbers("x is outlier")[outside[0]] == 1);
    CHECK(flagged.numbers("x is outlier")[0] == 0);
    CHECK(outlier_rows(Table().with("x", {Column::missing}), "x").empty());
    CHECK(outlier_rows(Table().with("x", {2, 2, 2}), "x", ZScore{}).empty());
    CHECK(error_of([&] { outlier_rows(table, "x", ZScore{.limit = 0}); }) ==
          "outlier_rows: .limit: expected a number above 0, got 0");
    CHECK(error_of([&] {
              outlier_rows(Table().with("x", {std::numeric_limits<double>::infinity()}), "x");
          }) == "outlier_rows: row 0, column 'x': expected a finite number, got inf");
}
