// How much memory the readers of data take for files of any content, against the file's size.

#include "burin/data/csv.hpp"
#include "burin/data/idx.hpp"
#include "burin/data/read_file.hpp"

#include "support/allocations.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace csv = burin::data::csv;
namespace idx = burin::data::idx;

namespace {

constexpr std::size_t megabyte = 1'000'000;

std::string repeated(std::string_view piece, std::size_t size = megabyte) {
    std::string text;
    text.reserve(size + piece.size());
    while (text.size() < size)
        text += piece;
    return text;
}

/// Of fixed size.
constexpr std::size_t buffers = 150'000;

const std::vector<std::string_view> typical{"1\n", "0,0,5,13,9,1,0,0,7\n", "5.1,3.5,1.4,0.2,0\r\n",
                                            "-0.12345678901234567,1e-300,+17\n", "\"1\",\"2\"\n"};
const std::vector<std::string_view> hostile{"\n", ",", "\r\n", "\"\"\n", "\"\n\"\n", "\"\n\",", " ,", "x"};

} // namespace

TEST_CASE("csv: numbers take at most 4 times their file, floats twice, be it packed or not") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    for (const std::string_view piece : typical)
        for (const bool packed : {false, true}) {
            CAPTURE(piece);
            CAPTURE(packed);
            packed ? write_gzip(path, repeated(piece)) : write_bytes(path, repeated(piece));
            std::size_t numbers = 0;
            CHECK(allocations::peak_of([&] { numbers = csv::read(path).values.size(); }) <=
                  4 * megabyte + buffers);
            CHECK(numbers >= megabyte / piece.size());
            CHECK(allocations::peak_of([&] { csv::read<float>(path); }) <= 2 * megabyte + buffers);
        }
}

TEST_CASE("csv: what is refused takes no more, with a header or without") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    const auto peak_with = [&](const csv::Options& options) {
        return allocations::peak_of([&] { error_of([&] { csv::read(path, options); }); });
    };
    for (const std::string_view piece : hostile) {
        CAPTURE(piece);
        write_bytes(path, repeated(piece));
        CHECK(error_of([&] { csv::read(path); }).starts_with(path + ": line 1"));
        CHECK(peak_with({}) <= 4 * megabyte + buffers);
        CHECK(peak_with({.skip_rows = 3}) <= 4 * megabyte + buffers);
    }
    // The names of columns are strings, 2^20 at most.
    write_bytes(path, repeated(",", 2 * megabyte));
    CHECK(peak_with({.header = true}) <= 3 * sizeof(std::string) * (std::size_t{1} << 20) + buffers);
    CHECK(error_of([&] { csv::read(path, {.header = true}); }) ==
          path + ": line 1: expected a header of at most 1048576 fields, got more");
}

TEST_CASE("csv: ten megabytes of one column, of line ends and of commas") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    for (const std::string_view piece : {"1\n", "\n", ","}) {
        CAPTURE(piece);
        write_bytes(path, repeated(piece, 10 * megabyte));
        CHECK(allocations::peak_of([&] { error_of([&] { csv::read(path); }); }) <= 40 * megabyte + buffers);
    }
}

TEST_CASE("csv: text takes at most 6 times its file, rows of several lines or unequal length 14 times") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    for (const std::vector<std::string_view>& pieces : {typical, hostile})
        for (const std::string_view piece : pieces) {
            CAPTURE(piece);
            write_bytes(path, repeated(piece));
            const bool one_line = piece.find('"') == std::string_view::npos;
            CHECK(allocations::peak_of([&] { csv::read_text(path); }) <=
                  (one_line ? 6 : 14) * megabyte + buffers);
            CHECK(allocations::peak_of([&] { csv::read_text(path, {.same_length = false}); }) <=
                  14 * megabyte + buffers);
        }
}

TEST_CASE("read_file: a plain file takes its size") {
    const TemporaryDirectory directory;
    write_bytes(directory / "file", repeated("x"));
    CHECK(allocations::peak_of([&] { burin::data::read_file(directory / "file"); }) <= megabyte + buffers);
}

TEST_CASE("idx: a file takes what its values take") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    const std::string bytes = std::string("\0\0\x08\x01\0\x0f\x42\x40", 8) + repeated("x");
    for (const bool packed : {false, true}) {
        CAPTURE(packed);
        packed ? write_gzip(path, bytes) : write_bytes(path, bytes);
        CHECK(allocations::peak_of([&] { idx::read<unsigned char>(path); }) <= megabyte + buffers);
        CHECK(allocations::peak_of([&] { idx::read<float>(path); }) <= 4 * megabyte + buffers);
    }
}
