#include "burin/data/tables/read_table.hpp"
#include "burin/data/tables/write_table.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace burin::data;
using burin::Label;
using burin::no_label;

namespace {

Table parse(std::string_view text, const TableOptions& options = {}) {
    return parse_table(text, "a.csv", options);
}

std::string error_for(std::string_view text, const TableOptions& options = {}) {
    return error_of([&] { parse(text, options); });
}

template <class Values>
auto list(const Values& values) {
    return std::vector(values.begin(), values.end());
}

double seconds(std::string_view text, std::string_view format = {}) {
    double value = Column::missing;
    CHECK_MESSAGE(read_date(text, format, value), std::string(text));
    return value;
}

bool is_date(std::string_view text, std::string_view format = {}) {
    double value = 0;
    return read_date(text, format, value);
}

} // namespace

TEST_CASE("read_table: types are inferred from what is there") {
    const Table table = parse("age, city ,joined,nothing\n31,Chur,2024-02-29,\n"
                              " 54 ,\"Bern, West\",2024-03-01T14:30:05.5Z,NA\nn/a, ?,NULL,nan\n");
    CHECK(table.names() == std::vector<std::string>{"age", "city", "joined", "nothing"});
    CHECK(table.numbers("age")[1] == 54);
    CHECK(std::isnan(table.numbers("age")[2]));
    CHECK(list(table.categories("city")) == std::vector<std::string>{"Bern, West", "Chur"});
    CHECK(list(table.codes("city")) == std::vector<Label>{1, 0, no_label});
    CHECK(table.dates("joined")[0] == 1709164800);
    CHECK(table.dates("joined")[1] == 1709303405.5);
    CHECK(std::isnan(table.dates("joined")[2]));
    CHECK(table.type("nothing") == ColumnType::number);
    CHECK(table.column("nothing").missing_count() == 3);
    // One field that is no number makes all of them texts.
    CHECK(list(parse("a\n1\n2x\n").categories("a")) == std::vector<std::string>{"1", "2x"});
    CHECK(list(parse("a\n2024-01-01\n7\n").categories("a")) == std::vector<std::string>{"2024-01-01", "7"});
    CHECK(parse("a,b\n").columns() == 2);
    CHECK(parse("").columns() == 0);
}

TEST_CASE("read_table: numbers of other countries") {
    const TableOptions german{.delimiter = ';', .decimal = ',', .thousands = '.'};
    const Table table = parse("a;b\n1,5;1.234.567,25\n-,5;+12\n0;-1.000", german);
    CHECK(list(table.numbers("a")) == std::vector<double>{1.5, -0.5, 0});
    CHECK(list(table.numbers("b")) == std::vector<double>{1234567.25, 12, -1000});
    for (const char* text : {"1.23", "1234.567", "1.2345", "1,2,3", "1,234.567", "1.234.56", ".123"}) {
        CAPTURE(text);
        CHECK(parse("a;b\n" + std::string(text) + ";1\n", german).type("a") == ColumnType::category);
    }
    CHECK(parse("a\n1.5\n", {.delimiter = ';', .decimal = ','}).type("a") == ColumnType::category);
    CHECK(parse("a\n1'234.5\n", {.thousands = '\''}).numbers("a")[0] == 1234.5);
    CHECK(parse("a\n\"1,234\"\n", {.thousands = ','}).numbers("a")[0] == 1234);
}

TEST_CASE("read_table: types, names, comments and markers of what is missing can be given") {
    CHECK(list(parse("zip\n0815\n", {.types = {{"zip", ColumnType::category}}}).categories("zip")) ==
          std::vector<std::string>{"0815"});
    CHECK(parse("1,a\n2,b\n", {.header = false}).names() == std::vector<std::string>{"0", "1"});
    CHECK(parse("1,a\n", {.header = false, .names = {"x", "y"}}).numbers("x")[0] == 1);
    const Table table =
        parse("# made by hand\n\na\n-999\n\n# here\n5\n", {.comment = '#', .missing = {"-999"}});
    CHECK(table.rows() == 2);
    CHECK(std::isnan(table.numbers("a")[0]));
    CHECK(parse("d\n1.3.2024\n", {.date_format = "%d.%m.%Y"}).dates("d")[0] == 1709251200);
    CHECK(std::isinf(parse("a\n-inf\n", {.allow_not_finite = true}).numbers("a")[0]));
    CHECK(list(parse("a\n x \n", {.trim = false}).categories("a")) == std::vector<std::string>{" x "});
    CHECK(parse("\xEF\xBB\xBF"
                "a\n1\n")
              .numbers("a")[0] == 1);
}

TEST_CASE("read_table: what does not fit is named with line and column") {
    CHECK(error_for("a,b\n1,2\n3,x\n", {.types = {{"b", ColumnType::number}}}) ==
          "a.csv: line 3, column 2: expected a number, got 'x'");
    CHECK(error_for("a\n2024-02-30\n", {.types = {{"a", ColumnType::date}}}) ==
          "a.csv: line 2, column 1: expected a date as in 2024-03-01 or 2024-03-01T14:30, got '2024-02-30'");
    CHECK(error_for("a\n1\n1e999\n") ==
          "a.csv: line 3, column 1: expected a number within the range of double, got '1e999'");
    CHECK(error_for("a\n1\ninf\n") == "a.csv: line 3, column 1: expected a finite number, got 'inf'");
    CHECK(error_for("a,b\n1\n") == "a.csv: line 2: expected 2 fields, got 1");
    CHECK(error_for("a,b,a\n1,2,3\n") ==
          "a.csv: expected a name for each column that no other has, got 'a' twice");
    CHECK(error_for("a\n1\n", {.types = {{"b", ColumnType::number}}}) ==
          "a.csv: expected a column 'b', whose type is given, got none");
    CHECK(error_for("1,2\n", {.header = false, .names = {"a"}}) ==
          "a.csv: expected as many columns as names (1), got 2");
    CHECK(error_for("a\n", {.decimal = ','}) ==
          "a.csv: expected a delimiter that is not the decimal sign, got ','");
    CHECK(error_for("a\n", {.thousands = '.'}) ==
          "a.csv: expected a decimal sign that is not between thousands, got '.'");
    for (const char sign : {'5', '-', 'e', '\0', ' '})
        CHECK(error_for("a\n1\n", {.decimal = sign})
                  .starts_with("a.csv: expected a decimal sign that nothing else in a number is"));
    CHECK(error_for("a\n1\n", {.thousands = '5'})
              .starts_with("a.csv: expected a sign between thousands that nothing else in a number is"));
    CHECK(error_for("a\n1\n", {.delimiter = '\0'}) ==
          "a.csv: expected a delimiter that is no quote, no line end and no NUL, got '\\x00'");
    CHECK(error_for("a,b\r1,2\r3,4\r") ==
          "a.csv: line 1, column 2: expected lines that end in LF or CRLF, got CR alone");
    CHECK(error_for("1\r2\r", {.header = false})
              .ends_with("expected lines that end in LF or CRLF, got CR alone"));
    CHECK(error_for("name\nM\xFCller\n").starts_with("a.csv: offset 6: expected text of UTF-8, got "));
    CHECK(error_for(std::string_view("\xFF\xFE"
                                     "a\0",
                                     4)) ==
          "a.csv: offset 0: expected text of UTF-8, got UTF-16 (little-endian)");
    const TemporaryDirectory directory;
    write_bytes(directory / "a.csv", "a\n1234567890\n");
    CHECK(error_of([&] {
              read_table(directory / "a.csv", {.max_bytes = 5});
          }).ends_with(": expected at most 5 bytes after unpacking, got more"));
    CHECK(error_of([&] { read_table(directory / "b.csv"); }).find("can't be opened") != std::string::npos);
}

TEST_CASE("read_date: ISO 8601, formats, and dates that are not in the calendar") {
    CHECK(seconds("1970-01-01") == 0);
    CHECK(seconds("1969-12-31 23:59:59") == -1);
    CHECK(seconds("2000-02-29T12:00+02:00") == 951818400);
    CHECK(seconds("2000-02-29T12:00-0530") == 951845400);
    CHECK(seconds("0001-01-01") == -62135596800);
    CHECK(seconds("9999-12-31") == 253402214400);
    CHECK(seconds("3/1/99 5:06", "%m/%d/%y %H:%M") == 920264760);
    CHECK(seconds("31.12.2024", "%d.%m.%Y") == 1735603200);
    for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-1-01", "24-01-01", "2024-01-01T",
                             "2024-01-01 24:00", "2024-01-01 10:60", "2024-01-01 10:00:60", "2024-01-01x",
                             "2024-01-01 10:00:00.", "2024-01-01 10:00+25:00", ""})
        CHECK_MESSAGE(!is_date(text), text);
    CHECK(!is_date("1.3.2024 ", "%d.%m.%Y"));
    CHECK(!is_date("1.3.2024", "%d.%m.%Q"));
    CHECK(!is_date("1.3.2024", "%"));
}

TEST_CASE("date_text: as read_date reads it") {
    for (const char* text : {"1970-01-01", "2024-02-29", "2024-02-29T14:30:05", "1969-12-31T23:59:59",
                             "0001-01-01", "2024-02-29T00:00:00.000001", "1950-06-07T08:09:10.25"})
        CHECK(date_text(seconds(text)) == text);
    CHECK(date_text(86399.9999999) == "1970-01-02");
    CHECK(date_text(1e300) == "1e+300");
    CHECK(date_text(std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("write_csv: what is written is read again") {
    const std::string text =
        "age,city,joined\n31,\"Bern, \"\"West\"\"\",2024-02-29\n,Zürich,\n0.1,,1969-12-31T23:59:59.5\n";
    const TemporaryDirectory directory;
    write_csv(directory / "a.csv", parse(text));
    CHECK(bytes_of(directory / "a.csv") == text);
    CHECK(csv_text(read_table(directory / "a.csv")) == text);
    const TableOptions german{.delimiter = ';', .decimal = ',', .comment = '#'};
    const Table table = Table().with("a", {"#1", "x;y"}).with("b", {0.5, Column::missing});
    CHECK(csv_text(table, german) == "a;b\n\"#1\";0,5\n\"x;y\";\n");
    CHECK(csv_text(parse(csv_text(table, german), german), german) == csv_text(table, german));
    // A row of one column in which nothing is there is a row.
    CHECK(parse(csv_text(Table().with("a", {Column::missing, 2}))).rows() == 2);
    CHECK(error_of([&] { csv_text(Table().with("a", {"x", "na"})); }) ==
          "csv_text: row 1, column 'a': expected a text that is read as it is written, got 'na'");
    CHECK(error_of([&] { csv_text(Table().with("a", {" x"})); }) ==
          "csv_text: row 0, column 'a': expected a text that is read as it is written, got ' x'");
}
