#include "burin/report/table.hpp"

#include <doctest/doctest.h>

#include <string>

using burin::report::Table;
using burin::report::with_commas;
using Align = Table::Align;

TEST_CASE("with_commas: separates thousands and nothing else") {
    CHECK(with_commas(0) == "0");
    CHECK(with_commas(999) == "999");
    CHECK(with_commas(1'000) == "1,000");
    CHECK(with_commas(12'345) == "12,345");
    CHECK(with_commas(123'456) == "123,456");
    CHECK(with_commas(18'446'744'073'709'551'615u) == "18,446,744,073,709,551,615");
}

TEST_CASE("Table: columns are as wide as their widest cell or title, aligned, without blanks at the ends of "
          "lines") {
    Table table({{"layer", Align::left}, {"parameters", Align::right}, {"note", Align::left}});
    table.add_row({"Dense<64>", "4,160", "wide"});
    table.add_row({"ReLU", "0"});
    table.add_line();
    table.add_row({"total", "4,160", ""});
    CHECK(table.text() == "layer      parameters  note\n"
                          "---------  ----------  ----\n"
                          "Dense<64>       4,160  wide\n"
                          "ReLU                0\n"
                          "---------  ----------  ----\n"
                          "total           4,160\n");
}

TEST_CASE("Table: a character of UTF-8 takes one column, however many bytes it has") {
    Table table({{"größe", Align::left}, {"Ω", Align::right}});
    table.add_row({"8 × 8", "µ"});
    table.add_row({"ascii", "12"});
    CHECK(table.text() == "größe   Ω\n"
                          "-----  --\n"
                          "8 × 8   µ\n"
                          "ascii  12\n");
}

TEST_CASE("text_width: characters of two columns, of one and of none") {
    using burin::report::text_width;
    CHECK(text_width("") == 0);
    CHECK(text_width("Zürich") == 6);
    CHECK(text_width("中村さん") == 8);
    CHECK(text_width("한국어") == 6);
    CHECK(text_width("ｱｲ ＡＢ") == 7);
    CHECK(text_width("e\u0301") == 1);
    CHECK(text_width("\U0001F642") == 2);
    CHECK(text_width("สวัสดี") == 4);
    CHECK(text_width("→ … ½") == 5);
    // What is no UTF-8 has an end.
    CHECK(text_width("a\xFF\x80\x80\x80\x80\x80\x80") <= 2);
    CHECK(text_width("\xE4\xB8") <= 2);
}

TEST_CASE("Table: without rows there is the title") {
    CHECK(Table({{"a"}, {"bc"}}).text() == "a  bc\n-  --\n");
}
