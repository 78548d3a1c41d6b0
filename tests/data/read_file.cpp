#include "burin/data/read_file.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

using burin::data::read_file;

namespace {

std::string text_of(const std::string& path) {
    const std::vector<char> bytes = read_file(path);
    return {bytes.begin(), bytes.end()};
}

/// More than one of the pieces in which files are read, and not a whole number of them.
std::string long_text() {
    std::string text;
    while (text.size() < 600'000)
        text += std::to_string(text.size()) + "\n";
    return text;
}

} // namespace

TEST_CASE("read_file: gives a file's bytes as they are, whatever they are") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    for (const std::string& text :
         {std::string(), std::string(1, '\0'), std::string("\x1f"), std::string("\r\n\xff\x1f\x8b"),
          std::string(1 << 18, 'x'), long_text()}) {
        write_bytes(path, text);
        CHECK(text_of(path) == text);
    }
}

TEST_CASE("read_file: unpacks gzip") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    for (const std::string& text : {std::string(), std::string("one"), long_text()}) {
        write_gzip(path, text);
        CHECK(bytes_of(path) != text);
        CHECK(text_of(path) == text);
    }
}

TEST_CASE("read_file: unpacks gzip files put one after the other") {
    const TemporaryDirectory directory;
    write_gzip(directory / "a", "one ");
    write_gzip(directory / "b", "two");
    write_bytes(directory / "ab", bytes_of(directory / "a") + bytes_of(directory / "b"));
    CHECK(text_of(directory / "ab") == "one two");
}

TEST_CASE("read_file: refuses gzip that ends too early, wherever") {
    const TemporaryDirectory directory;
    write_gzip(directory / "whole", "some text, some text, more text");
    const std::string packed = bytes_of(directory / "whole");
    const std::string path = directory / "part";
    for (std::size_t length = 2; length < packed.size(); ++length) {
        CAPTURE(length);
        write_bytes(path, packed.substr(0, length));
        const std::string error = error_of([&] { read_file(path); });
        CHECK(error.starts_with(path + ": offset "));
        CHECK(error.find("expected gzip data to the end, got damaged or truncated data (") !=
              std::string::npos);
    }
}

TEST_CASE("read_file: refuses gzip whose checksum or length is wrong") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    write_gzip(path, "some text");
    const std::string packed = bytes_of(path);
    for (std::size_t from_the_end : {std::size_t{8}, std::size_t{4}}) {
        std::string damaged = packed;
        damaged[damaged.size() - from_the_end] ^= 1;
        write_bytes(path, damaged);
        const std::string error = error_of([&] { read_file(path); });
        CHECK(error.find("got damaged or truncated data (") != std::string::npos);
        CHECK(error.find(from_the_end == 8 ? "incorrect data check" : "incorrect length check") !=
              std::string::npos);
    }
}

TEST_CASE("read_file: a small file does not become larger than the limit") {
    const TemporaryDirectory directory;
    const std::string path = directory / "bomb";
    write_gzip(path, std::string(10'000'000, 'x'));
    REQUIRE(bytes_of(path).size() < 20'000);
    CHECK(read_file(path).size() == 10'000'000);
    CHECK(read_file(path, 10'000'000).size() == 10'000'000);
    CHECK(error_of([&] { read_file(path, 9'999'999); }) ==
          path + ": expected at most 9999999 bytes after unpacking, got more");
}

TEST_CASE("read_file: what can't be read is named, with the system's reason") {
    const TemporaryDirectory directory;
    CHECK(error_of([&] { read_file(directory / "missing"); }) ==
          directory / "missing" + ": can't be opened: No such file or directory");
    CHECK(error_of([&] { read_file(directory.path()); }) ==
          directory.path() + ": can't be read: Is a directory");
}
