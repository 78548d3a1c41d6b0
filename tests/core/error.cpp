#include "burin/core/error.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace burin;

TEST_CASE("printable: what a terminal would obey is escaped, text is not") {
    CHECK(core::printable("a b~") == "a b~");
    CHECK(core::printable("Größe → 日本") == "Größe → 日本");
    CHECK(core::printable("a\nb\tc\rd") == "a\\nb\\tc\\rd");
    CHECK(core::printable(std::string_view("\0\x1B[31m\x7F", 7)) == "\\x00\\x1B[31m\\x7F");
    CHECK(core::printable("\xC2\x9B"
                          "31m") == "\\xC2\\x9B31m");
    CHECK(core::printable("\xC2\xA0") == "\xC2\xA0");
    CHECK(core::printable("\u202Ea\u2066b\u2026") == "\\xE2\\x80\\xAEa\\xE2\\x81\\xA6b\u2026");
}

TEST_CASE("printable: what is no UTF-8 is escaped byte by byte") {
    CHECK(core::printable("\xFF") == "\\xFF");
    CHECK(core::printable("\xC3") == "\\xC3");
    CHECK(core::printable("\xC3(") == "\\xC3(");
    CHECK(core::printable("\xE2\x82") == "\\xE2\\x82");
    CHECK(core::printable("\xC0\xAF") == "\\xC0\\xAF");
    // Too long a form, half of a pair, beyond the last character, and what is none: SVG may not have them.
    CHECK(core::printable("\xE0\x9F\xBF") == "\\xE0\\x9F\\xBF");
    CHECK(core::printable("\xED\xA0\x80") == "\\xED\\xA0\\x80");
    CHECK(core::printable("\xF0\x8F\xBF\xBF") == "\\xF0\\x8F\\xBF\\xBF");
    CHECK(core::printable("\xF4\x90\x80\x80") == "\\xF4\\x90\\x80\\x80");
    CHECK(core::printable("\xEF\xBF\xBE") == "\\xEF\\xBF\\xBE");
    CHECK(core::printable("\xEF\xBF\xBF") == "\\xEF\\xBF\\xBF");
    CHECK(core::printable("\u0800\uD7FF\uE000\uFFFD\U00010000\U0010FFFF") ==
          "\u0800\uD7FF\uE000\uFFFD\U00010000\U0010FFFF");
}

TEST_CASE("quoted: 40 bytes are shown whole, of 41 the end is cut, never within a character") {
    CHECK(core::quoted("") == "''");
    CHECK(core::quoted(std::string(40, 'a')) == "'" + std::string(40, 'a') + "'");
    CHECK(core::quoted(std::string(41, 'a')) == "'" + std::string(40, 'a') + " …'");
    CHECK(core::quoted(std::string(39, 'a') + "ä") == "'" + std::string(39, 'a') + " …'");
    CHECK(core::quoted(std::string(39, 'a') + "\n") == "'" + std::string(39, 'a') + " …'");
}

TEST_CASE("Error: a message has no control characters and an end") {
    CHECK(std::string(Error("a\x1B[2Jb").what()) == "a\\x1B[2Jb");
    const std::string long_message = Error(std::string(10'000'000, 'x')).what();
    CHECK(long_message.size() <= Error::longest_message + 4);
}
