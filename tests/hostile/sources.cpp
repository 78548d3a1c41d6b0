// Files of NPY, NPZ, CIFAR and text that mean harm: what they cost, and that all that comes of them is an
// Error.

#include "burin/data/cifar.hpp"
#include "burin/data/csv_rows.hpp"
#include "burin/data/npy.hpp"
#include "burin/data/npz.hpp"
#include "burin/data/streamed.hpp"
#include "burin/data/text_files.hpp"

#include "support/allocations.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace data = burin::data;

namespace {

using namespace std::string_literals;

constexpr std::size_t megabyte = 1'000'000, buffers = 250'000;

std::string number(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes.push_back(i < sizeof value ? static_cast<char>(value >> (8 * i) & 0xFF) : '\0');
    return bytes;
}

std::string npy(const std::string& type, bool fortran, const std::string& shape, std::string_view values) {
    const std::string header = "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
                               ", 'shape': " + shape + ", }";
    return "\x93NUMPY\x01\0"s + number(header.size(), 2) + header + std::string(values);
}

/// An archive of one deflated entry `x.npy`, whose directory may claim another size.
std::string npz(const std::string& content, std::uint64_t claimed) {
    std::string packed(compressBound(content.size()), '\0');
    z_stream state{};
    deflateInit2(&state, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    state.avail_in = static_cast<uInt>(content.size());
    state.next_out = reinterpret_cast<Bytef*>(packed.data());
    state.avail_out = static_cast<uInt>(packed.size());
    deflate(&state, Z_FINISH);
    packed.resize(state.total_out);
    deflateEnd(&state);
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
    const std::string common = number(0, 2) + number(8, 2) + number(0, 4) + number(sum, 4) +
                               number(packed.size(), 4) + number(claimed, 4) + number(5, 2) + number(0, 2);
    const std::string local = "PK\3\4"s + number(20, 2) + common + "x.npy" + packed;
    const std::string entry = "PK\1\2"s + number(20, 2) + number(20, 2) + common + number(0, 14) + "x.npy";
    // The number 14 above: comment, disk, attributes of both kinds, and the offset.
    return local + entry + "PK\5\6"s + number(0, 4) + number(1, 2) + number(1, 2) + number(entry.size(), 4) +
           number(local.size(), 4) + number(0, 2);
}

} // namespace

TEST_CASE("npy, npz: an array takes what its values take, of Fortran's order twice that") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.npy", values(megabyte, 'x');
    for (const bool fortran : {false, true}) {
        CAPTURE(fortran);
        write_bytes(path, npy("|u1", fortran, "(1000, 1000)", values));
        const std::size_t times = fortran ? 2 : 1;
        CHECK(allocations::peak_of([&] { data::npy::read<unsigned char>(path); }) <=
              times * megabyte + buffers);
        CHECK(allocations::peak_of([&] { data::npy::read<float>(path); }) <= times * 4 * megabyte + buffers);
    }
    const std::string file = npy("|u1", false, "(1000000,)", values);
    write_bytes(path, npz(file, file.size()));
    CHECK(allocations::peak_of([&] { data::npz::read<float>(path, "x"); }) <= 5 * megabyte + buffers);
}

TEST_CASE("npy: a header that claims much costs nothing") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.npy";
    const std::string claim = npy("<f8", false, "(100000000, 1000)", "");
    write_bytes(path, claim);
    std::string error;
    CHECK(allocations::peak_of([&] { error = error_of([&] { data::npy::read<double>(path); }); }) <= buffers);
    CHECK(error.ends_with(": expected 800000000000 bytes of values, got 0"));
    write_gzip(path, claim + std::string(100, 'x'));
    CHECK(allocations::peak_of([&] { error = error_of([&] { data::npy::read<double>(path); }); }) <= buffers);
    CHECK(error.find("expected 800000000000 bytes of values, got at most ") != std::string::npos);
    write_bytes(path, "\x93NUMPY\x02\0"s + number(0xFFFFFFFF, 4));
    CHECK(error_of([&] { data::npy::read<double>(path); }) ==
          path + ": offset 8: expected a header of at most 65535 bytes, got 4294967295");
}

TEST_CASE("npz: bombs have a limit, and sizes that lie are found") {
    const std::string file = npy("|u1", false, "(10000000,)", std::string(10 * megabyte, '\0'));
    const auto error = [&](std::uint64_t claimed, std::size_t max_bytes, std::size_t most) {
        const std::string bomb = npz(file, claimed);
        REQUIRE(bomb.size() < 20'000);
        std::string message;
        CHECK(allocations::peak_of([&] {
                  message = error_of([&] {
                      data::npz::Archive({bomb.begin(), bomb.end()}, "a.npz", {.max_bytes = max_bytes})
                          .get<unsigned char>("x");
                  });
              }) <= most + buffers);
        return message;
    };
    CHECK(error(file.size(), 100 * megabyte, 20 * megabyte) == "(nothing was thrown)");
    CHECK(error(file.size(), megabyte, 0)
              .ends_with("expected at most 1000000 bytes after unpacking, got " +
                         std::to_string(file.size()) + " in 'x.npy'"));
    CHECK(error(1000, megabyte, 0) == "a.npz: x.npy: expected 1000 bytes after unpacking, got more");
    CHECK(error(0, megabyte, 0) == "a.npz: x.npy: expected 0 bytes after unpacking, got more");
    CHECK(error(file.size() + 1, 100 * megabyte, 11 * megabyte)
              .starts_with("a.npz: x.npy: expected deflated data of "));
    CHECK(
        error(900 * megabyte, 1000 * megabyte, 0).starts_with("a.npz: x.npy: expected at most 1032 times "));
}

TEST_CASE("cifar: a file takes what its values take") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.bin";
    write_bytes(path, std::string(3073 * 300, '\1'));
    CHECK(allocations::peak_of([&] { data::read_cifar(path, data::Cifar::ten); }) <=
          4 * 3073 * 300 + buffers);
}

TEST_CASE("text: empty lines take at most 16 times their file") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.txt";
    for (const std::string_view piece : {"\n", "a\n", "one line of some length\n"}) {
        std::string text;
        while (text.size() < megabyte)
            text += piece;
        write_bytes(path, text);
        CHECK(allocations::peak_of([&] { data::read_lines(path); }) <= 16 * text.size() + buffers);
        CHECK(allocations::peak_of([&] { data::read_text(path); }) <= text.size() + buffers);
    }
}

TEST_CASE("CsvRows, Streamed: a file of any length takes a row and the buffer") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.csv";
    std::string text;
    for (std::size_t i = 0; i < 200'000; ++i)
        text += "1,2,3,4,5\n";
    write_gzip(path, text);
    CHECK(allocations::peak_of([&] {
              const data::Streamed rows(data::CsvRows<>(path), {.shuffle_buffer = 100});
              auto cursor = rows.open({});
              std::vector<float> input(4);
              std::vector<burin::Label> label(1);
              std::size_t count = 0;
              while (cursor.next(input, label) != data::no_sample)
                  ++count;
              CHECK(count == 200'000);
          }) <= 2 * buffers);
    write_bytes(path, std::string(megabyte, '1'));
    CHECK(allocations::peak_of([&] {
              CHECK(error_of([&] { data::CsvRows<>{path}; }).starts_with(path + ": line 1, column 1: "));
          }) <= 2 * buffers);
}

TEST_CASE("npy, npz, text: want of memory is an Error") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a",
                      file = npy("|u1", false, "(1000000,)", std::string(megabyte, 'x'));
    const auto error = [&](auto run) {
        allocations::most = allocations::current + megabyte / 2;
        const std::string message = error_of(run);
        allocations::most = std::numeric_limits<std::size_t>::max();
        return message;
    };
    const std::string want = path + ": expected what fits into memory, got more";
    write_bytes(path, file);
    CHECK(error([&] { data::npy::read<float>(path); }) == want);
    CHECK(error([&] { data::read_text(path); }).starts_with(path + ": "));
    write_bytes(path, npz(file, file.size()));
    CHECK(error([&] { data::npz::read<float>(path, "x"); }) == want);
}
