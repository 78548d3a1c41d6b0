#include "burin/data/encoding.hpp"
#include "burin/data/csv.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>

using burin::data::utf8_text;
using namespace std::string_literals;

namespace {

std::string error_for(std::string_view bytes) {
    return error_of([&] { utf8_text(bytes, "a.txt"); });
}

/// The same of a text that comes in pieces of a length.
std::string error_for(std::string_view bytes, std::size_t length) {
    return error_of([&] {
        burin::data::Utf8Check check("a.txt");
        for (std::size_t i = 0; i < bytes.size(); i += length)
            check.add(bytes.substr(i, length));
        check.finish();
    });
}

} // namespace

TEST_CASE("utf8_text: takes UTF-8, with and without a byte order mark") {
    CHECK(utf8_text("", "a.txt").empty());
    CHECK(utf8_text("\xEF\xBB\xBF", "a.txt").empty());
    CHECK(utf8_text("\xEF\xBB\xBFGrüße, 世界 🙂\n", "a.txt") == "Grüße, 世界 🙂\n");
    // The ends of each length, and a mark in the middle.
    for (const std::string_view text :
         {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
          "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "a\xEF\xBB\xBF"})
        CHECK(utf8_text(text, "a.txt") == text);
}

TEST_CASE("utf8_text: names other encodings by their byte order marks and by their zeros") {
    const std::string before = "a.txt: offset 0: expected text of UTF-8, got ";
    CHECK(error_for("\xFF\xFE\x61\0"s) == before + "UTF-16 (little-endian)");
    CHECK(error_for("\xFE\xFF\0\x61"s) == before + "UTF-16 (big-endian)");
    CHECK(error_for("\xFF\xFE"s) == before + "UTF-16 (little-endian)");
    CHECK(error_for("\xFF\xFE\0\0\x61\0\0\0"s) == before + "UTF-32 (little-endian)");
    CHECK(error_for("\0\0\xFE\xFF\0\0\0\x61"s) == before + "UTF-32 (big-endian)");
    CHECK(error_for("a\0,\0b\0"s) == before + "what looks like UTF-16 (little-endian)");
    CHECK(error_for("\0a\0,\0b"s) == before + "what looks like UTF-16 (big-endian)");
    CHECK(error_for("a\0\0\0,\0\0\0"s) == before + "what looks like UTF-32 (little-endian)");
    CHECK(error_for("\0\0\0a\0\0\0,"s) == before + "what looks like UTF-32 (big-endian)");
    CHECK(error_for("\0\0\0\0"s) == "(nothing was thrown)");
}

TEST_CASE("utf8_text: names what is invalid with its offset, wherever the pieces end") {
    const auto check = [](std::string_view bytes, std::size_t offset, const std::string& found) {
        CAPTURE(bytes);
        const std::string expected =
            "a.txt: offset " + std::to_string(offset) + ": expected text of UTF-8, got " + found;
        CHECK(error_for(bytes) == expected);
        for (std::size_t length = 4; length < 12; ++length)
            CHECK(error_for(bytes, length) == expected);
    };
    check("caf\xE9 au lait", 3, "the byte 0xE9 (Latin-1?)");
    check("twenty letters, then 5 \xB0", 23, "the byte 0xB0 (Latin-1?)");
    check("\x93quoted\x94", 0, "the byte 0x93 (Windows-1252?)");
    check("abcd\xC3", 4, "the end of the text within a character (Latin-1?)");
    check("abcdefgh\xF0\x9F\x99", 8, "the end of the text within a character");
    check("\xE9", 0, "the end of the text within a character (Latin-1?)");
    check("abcd\xC0\x80", 4, "the byte 0xC0 (Latin-1?)");
    check("abcd\xE0\x80\x80", 4, "bytes that are no character");
    check("abcd\xF4\x90\x80\x80", 4, "bytes that are no character");
    check("abcd\xED\xA0\x80", 4, "half of a surrogate pair (as CESU-8 has it)");
    check("abcd\xFF", 4, "the byte 0xFF (Latin-1?)");
}

TEST_CASE("csv: text of other encodings is refused by name, far behind the beginning too") {
    const auto error = [](const std::string& text) {
        return error_of([&] { burin::data::csv::parse(text, "a.csv"); });
    };
    CHECK(error("\xFF\xFE\x31\0,\0\x32\0"s) ==
          "a.csv: offset 0: expected text of UTF-8, got UTF-16 (little-endian)");
    std::string text(40'000, 'x');
    CHECK(error(text + "é") == "(nothing was thrown)");
    CHECK(error(text + "\xE9\n") ==
          "a.csv: offset 40000: expected text of UTF-8, got the byte 0xE9 (Latin-1?)");
    CHECK(error(text + "\xC3") ==
          "a.csv: offset 40000: expected text of UTF-8, got the end of the text within a character "
          "(Latin-1?)");
    // A character that lies across the ends of two pieces.
    text = std::string((std::size_t{1} << 14) - 1, 'x') + "é,2\n";
    CHECK(error(text) == "(nothing was thrown)");
}
