#include "burin/data/csv.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace csv = burin::data::csv;

namespace {

using Rows = std::vector<std::vector<std::string>>;

csv::Table parse(std::string_view text, const csv::Options& options = {}) {
    return csv::parse(text, "a.csv", options);
}

Rows rows(const csv::Table& table) {
    Rows result(table.rows());
    for (std::size_t row = 0; row < table.rows(); ++row)
        for (std::size_t column = 0; column < table.columns(row); ++column)
            result[row].emplace_back(table.field(row, column));
    return result;
}

Rows rows(std::string_view text, const csv::Options& options = {}) {
    return rows(parse(text, options));
}

std::string error_for(std::string_view text, const csv::Options& options = {}) {
    return error_of([&] { csv::numbers(parse(text, options), "a.csv"); });
}

std::vector<double> values(std::string_view text) {
    return csv::numbers(parse(text), "a.csv").values;
}

} // namespace

TEST_CASE("csv: fields are what stands between delimiters, blanks and empty ones included") {
    CHECK(rows("a,b c, d \n1,,3\n") == Rows{{"a", "b c", " d "}, {"1", "", "3"}});
    CHECK(rows(",\n,") == Rows{{"", ""}, {"", ""}});
    CHECK(rows("").empty());
}

TEST_CASE("csv: lines end in LF or CRLF, the last one in the file's end as well") {
    const Rows expected{{"a", "b"}, {"c", "d"}};
    CHECK(rows("a,b\nc,d\n") == expected);
    CHECK(rows("a,b\nc,d") == expected);
    CHECK(rows("a,b\r\nc,d\r\n") == expected);
    CHECK(rows("a,\"b\"\r\n\"c\",\"d\"") == expected);
    // A CR by itself ends nothing.
    CHECK(rows("a\rb,c\r") == Rows{{"a\rb", "c\r"}});
}

TEST_CASE("csv: quoted fields hold delimiters, doubled quotes and line ends") {
    CHECK(rows("\"a,b\",\"say \"\"so\"\"\",\"\"\n\"two\r\nlines\",\"\"\"\",x\n") ==
          Rows{{"a,b", "say \"so\"", ""}, {"two\r\nlines", "\"", "x"}});
}

TEST_CASE("csv: a byte order mark is no part of the first field") {
    CHECK(rows("\xEF\xBB\xBF\"a\",b\n") == Rows{{"a", "b"}});
    CHECK(rows("\xEF\xBB\xBF").empty());
    CHECK(rows("a,\xEF\xBB\xBF\n") == Rows{{"a", "\xEF\xBB\xBF"}});
}

TEST_CASE("csv: another delimiter leaves the comma an ordinary character") {
    CHECK(rows("1,5;\"a;b\"\n2,5;c", {.delimiter = ';'}) == Rows{{"1,5", "a;b"}, {"2,5", "c"}});
    CHECK(rows("a\tb", {.delimiter = '\t'}) == Rows{{"a", "b"}});
}

TEST_CASE("csv: a header names the columns and is no row") {
    const csv::Table table = parse("x,\"the, y\"\n1,2\n", {.header = true});
    CHECK(table.names() == std::vector<std::string>{"x", "the, y"});
    CHECK(rows(table) == Rows{{"1", "2"}});
    CHECK(table.line(0) == 2);
    CHECK(parse("x,y\n").names().empty());
    CHECK(csv::numbers(table, "a.csv").names == table.names());
}

TEST_CASE("csv: skipped rows come after the header and may have any length") {
    const csv::Table table = parse("x,y\nunits\n\n1,2\n3,4\n", {.header = true, .skip_rows = 2});
    CHECK(table.names() == std::vector<std::string>{"x", "y"});
    CHECK(rows(table) == Rows{{"1", "2"}, {"3", "4"}});
    CHECK(rows("made by hand\n1,2\n", {.skip_rows = 1}) == Rows{{"1", "2"}});
    CHECK(rows("a\nb\n", {.skip_rows = 5}).empty());
    CHECK(error_for("x,y\nunits\n1\n", {.header = true, .skip_rows = 1}) ==
          "a.csv: line 3: expected 2 fields, got 1");
}

TEST_CASE("csv: rows of unequal length are refused unless they are asked for") {
    CHECK(error_for("1,2\n3,4\n5\n") == "a.csv: line 3: expected 2 fields, got 1");
    CHECK(error_for("1,2\n3,4,5\n") == "a.csv: line 2: expected 2 fields, got 3");
    CHECK(rows("a,b\nc\n\nd,e,f\n", {.same_length = false}) ==
          Rows{{"a", "b"}, {"c"}, {""}, {"d", "e", "f"}});
    CHECK(error_for("1,2\n3\n", {.same_length = false}) == "a.csv: line 2: expected 2 fields, got 1");
}

TEST_CASE("csv: a blank line is a row of one empty field") {
    CHECK(rows("a\n\nb\n") == Rows{{"a"}, {""}, {"b"}});
    CHECK(error_for("1,2\n\n3,4\n") == "a.csv: line 2: expected 2 fields, got 1");
}

TEST_CASE("csv: lines are counted as an editor counts them, those within quotes too") {
    const csv::Table table = parse("a,\"1\n2\n3\"\r\nb,c\nd,e");
    CHECK(table.line(0) == 1);
    CHECK(table.line(1) == 4);
    CHECK(table.line(2) == 5);
    CHECK(error_for("\"1\n\",2\nx,3\n") == "a.csv: line 1, column 1: expected a number, got '1\\n'");
    CHECK(error_for("1,\"2\"\n3,\" 4\"x\n") ==
          "a.csv: line 2, column 2: expected a delimiter or the line's end after a closing quote, got 'x'");
}

TEST_CASE("csv: misplaced quotes are refused where they are") {
    CHECK(error_for("a,b\nc,\"d\n\ne,f\n") ==
          "a.csv: line 2, column 2: expected a closing quote, got the end of the file");
    CHECK(error_for("a,\"b\"\"") ==
          "a.csv: line 1, column 2: expected a closing quote, got the end of the file");
    CHECK(error_for("\"") == "a.csv: line 1, column 1: expected a closing quote, got the end of the file");
    CHECK(
        error_for("a,b\"c\"\n") ==
        "a.csv: line 1, column 2: expected a quote only where the whole field is quoted, got one inside it");
    CHECK(error_for("\"a\" ,b\n") ==
          "a.csv: line 1, column 1: expected a delimiter or the line's end after a closing quote, got ' '");
}

TEST_CASE("csv: numbers are read in every way they are usually written") {
    CHECK(values("0,-1,+2.5,1e3\n-2E-2, 3 ,\t4,\"5\"\n") ==
          std::vector<double>{0, -1, 2.5, 1000, -0.02, 3, 4, 5});
    CHECK(values(".5,5.,007,0.1") == std::vector<double>{.5, 5, 7, 0.1});
    CHECK(values("1.7976931348623157e308,4.9406564584124654e-324") ==
          std::vector<double>{1.7976931348623157e308, 4.9406564584124654e-324});
    const csv::Numbers numbers = csv::numbers(parse("1,2\n3,4\n5,6\n"), "a.csv");
    CHECK(numbers.rows() == 3);
    CHECK(numbers.columns == 2);
    CHECK(numbers(2, 0) == 5);
    CHECK(csv::numbers(parse(""), "a.csv").rows() == 0);
}

TEST_CASE("csv: a field that is no number is refused, with its line and column") {
    CHECK(error_for("1,2\n3,four\n") == "a.csv: line 2, column 2: expected a number, got 'four'");
    CHECK(error_for("x,y\n1,2\n") == "a.csv: line 1, column 1: expected a number, got 'x'");
    for (const char* text :
         {"", " ", "-", "+", "+-1", "--1", "++1", "1 2", "1x", "0x10", "1e", "1,5 e", "1_000", "٣"}) {
        CAPTURE(text);
        CHECK(error_for("0;" + std::string(text), {.delimiter = ';'})
                  .starts_with("a.csv: line 1, column 2: expected a number, got '"));
    }
    CHECK(error_for("1\n2\n3e999\n") ==
          "a.csv: line 3, column 1: expected a number within the range of double, got '3e999'");
    CHECK(error_for(std::string(1000, 'z')) ==
          "a.csv: line 1, column 1: expected a number, got '" + std::string(40, 'z') + " …'");
}

TEST_CASE("csv: reads files, plain or gzip, and errors name them") {
    const TemporaryDirectory directory;
    write_bytes(directory / "plain.csv", "1,2\n3,4\n");
    write_gzip(directory / "packed.csv", "1,2\n3,4\n");
    for (const char* name : {"plain.csv", "packed.csv"})
        CHECK(csv::read(directory / name).values == std::vector<double>{1, 2, 3, 4});
    write_bytes(directory / "broken.csv", "1,2\n3\n");
    CHECK(error_of([&] { csv::read(directory / "broken.csv"); }) ==
          directory / "broken.csv" + ": line 2: expected 2 fields, got 1");
    write_bytes(directory / "text.csv", "1,two\n");
    CHECK(error_of([&] { csv::read(directory / "text.csv"); }) ==
          directory / "text.csv" + ": line 1, column 2: expected a number, got 'two'");
    CHECK(rows(csv::read_text(directory / "text.csv")) == Rows{{"1", "two"}});
}

TEST_CASE("csv: lines of a comment and empty ones are left out where that is asked for") {
    const std::string_view text = "# of 2024\na,b\n\n1,2\r\n#3,4\n\r\n5,#6\n#";
    const csv::Options options{.header = true, .comment = '#', .skip_empty_lines = true};
    const csv::Table table = parse(text, options);
    CHECK(table.names() == std::vector<std::string>{"a", "b"});
    CHECK(rows(table) == Rows{{"1", "2"}, {"5", "#6"}});
    CHECK(table.line(0) == 4);
    CHECK(table.line(1) == 7);
    CHECK(rows("\"\"\n\n1\n", {.skip_empty_lines = true}) == Rows{{""}, {"1"}});
    CHECK(rows("#\n\n", {}) == Rows{{"#"}, {""}});
    // Where rows are not a line each, they are counted by themselves.
    const csv::Numbers numbers = csv::numbers(parse("1\n\n2\n", {.skip_empty_lines = true}), "a.csv");
    CHECK(numbers.place(1, 0) == "a.csv: row 1, column 1: ");
    CHECK(csv::numbers(parse("1\n2\n"), "a.csv").place(1, 0) == "a.csv: line 2, column 1: ");
}
