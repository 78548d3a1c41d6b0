#include "burin/io/json.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using namespace burin;

namespace {

/// Writes down what it is told.
struct Pieces {
    std::string text;

    bool add(std::string_view piece) {
        text += text.empty() ? "" : " ";
        text += piece;
        return true;
    }
    bool null() { return add("null"); }
    bool boolean(bool value) { return add(value ? "yes" : "no"); }
    bool number_unsigned(std::uint64_t value) { return add("u" + std::to_string(value)); }
    bool number_integer(std::int64_t value) { return add("i" + std::to_string(value)); }
    bool number_float(const std::string& value) { return add("f" + value); }
    bool string(const std::string& value) { return add("'" + value + "'"); }
    bool key(const std::string& name) { return add(name + ":"); }
    bool start_object() { return add("{"); }
    bool end_object() { return add("}"); }
    bool start_array() { return add("["); }
    bool end_array() { return add("]"); }
    void refuse(const std::string& what) { text = "refused: " + what; }
};

std::string pieces_of(std::string_view text) {
    Pieces pieces;
    io::JsonReader(text, pieces).read();
    return pieces.text;
}

} // namespace

TEST_CASE("JSON: values, in order") {
    CHECK(pieces_of(" {\"a\" : [1, -2,3.5e1 , {}, []],\t\"b\":{\"c\":null}}\r\n") ==
          "{ a: [ u1 i-2 f3.5e1 { } [ ] ] b: { c: null } }");
    CHECK(pieces_of("true") == "yes");
    CHECK(pieces_of("\xEF\xBB\xBF[false]") == "[ no ]");
    CHECK(pieces_of("[0,-0,18446744073709551615,18446744073709551616,-9223372036854775809]") ==
          "[ u0 i0 u18446744073709551615 f18446744073709551616 f-9223372036854775809 ]");
}

TEST_CASE("JSON: a number that is too small for a double is one, one that is too large is refused") {
    CHECK(pieces_of("[1e-999, -0.5e-400]") == "[ f1e-999 f-0.5e-400 ]");
    CHECK(pieces_of("[1.5e999]").starts_with("refused: "));
    CHECK(pieces_of(std::string(400, '9')).starts_with("refused: "));
}

TEST_CASE("JSON: strings are UTF-8, escaped or not") {
    CHECK(pieces_of(R"("\"\\\/\b\f\n\r\t\u00e9\u20AC\ud83d\ude00")") ==
          "'\"\\/\b\f\n\r\t\u00e9\u20ac\U0001F600'");
    CHECK(pieces_of("\"\u00e9\x7F\"") == "'\u00e9\x7F'");
    for (const char* text : {R"("\ud83d")", R"("\ud83d\u0041")", R"("\ude00")", R"("\u12g4")", R"("\x")",
                             "\"\xFF\"", "\"\xED\xA0\x80\"", "\"\n\"", "\"", "\"\\"}) {
        CAPTURE(text);
        CHECK(pieces_of(text).starts_with("refused: byte "));
    }
}

TEST_CASE("JSON: what is none is refused, and where") {
    CHECK(pieces_of("[1,]") == "refused: byte 3: expected a value, got ']'");
    CHECK(pieces_of("{\"a\" 1}") == "refused: byte 5: expected ':', got '1}'");
    CHECK(pieces_of("[1") == "refused: byte 2: expected ',' or ']', got the end");
    CHECK(pieces_of("{} x") == "refused: byte 3: expected the end, got 'x'");
    for (const char* text :
         {"", "-", "01", "1.", ".5", "1e", "+1", "1e999", "nul", "{1:2}", "{\"a\":1,}", "[}", "]"}) {
        CAPTURE(text);
        CHECK(pieces_of(text).starts_with("refused: byte "));
    }
}

TEST_CASE("JSON: strings are written as they are read") {
    CHECK(io::json_string("a\"\\\b\f\n\r\t\x01\x7F\u00e9") ==
          "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\x7F\u00e9\"");
    CHECK(pieces_of(io::json_string(std::string_view("\0\x1F", 2))) == std::string("'\0\x1F'", 4));
    CHECK_THROWS_AS(io::json_string("\xC0\x80"), Error);
}
