#include "burin/data/idx.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

namespace idx = burin::data::idx;

static std::size_t largest_allocation = 0;

// The whole program's, to see what a header's claims cost. (Inlined by half, they look mismatched to g++.)
[[gnu::noinline]] void* operator new(std::size_t size) {
    largest_allocation = std::max(largest_allocation, size);
    if (void* memory = std::malloc(size == 0 ? 1 : size))
        return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace {

std::string big_endian(std::uint64_t bits, std::size_t size) {
    std::string bytes;
    for (std::size_t i = size; i-- > 0;)
        bytes.push_back(static_cast<char>(bits >> (8 * i) & 0xff));
    return bytes;
}

std::string header(unsigned type, const std::vector<std::uint32_t>& extents) {
    std::string bytes = big_endian(type, 3) + big_endian(extents.size(), 1);
    for (std::uint32_t extent : extents)
        bytes += big_endian(extent, 4);
    return bytes;
}

template <class Stored>
std::string array_of(unsigned type, const std::vector<std::uint32_t>& extents,
                     const std::vector<Stored>& values) {
    std::string bytes = header(type, extents);
    for (Stored value : values) {
        if constexpr (std::is_same_v<Stored, float>)
            bytes += big_endian(std::bit_cast<std::uint32_t>(value), 4);
        else if constexpr (std::is_same_v<Stored, double>)
            bytes += big_endian(std::bit_cast<std::uint64_t>(value), 8);
        else
            bytes += big_endian(static_cast<std::uint64_t>(value), sizeof(Stored));
    }
    return bytes;
}

template <class Element>
idx::Array<Element> parse(const std::string& bytes) {
    return idx::parse<Element>(bytes, "a.idx");
}

template <class Element = double>
std::string error_for(const std::string& bytes) {
    return error_of([&] { parse<Element>(bytes); });
}

/// Files with the extremes of a type come back as they are.
template <class Stored>
void check_type(unsigned type) {
    using Limits = std::numeric_limits<Stored>;
    const std::vector<Stored> values{Limits::lowest(), Limits::max(), Stored(0),
                                     Stored(1),        Stored(2),     Stored(77)};
    const auto array = parse<Stored>(array_of(type, {2, 3}, values));
    CHECK(array.extents == std::vector<std::size_t>{2, 3});
    CHECK(array.values == values);
    const auto converted = parse<double>(array_of(type, {6}, values));
    CHECK(converted.extents == std::vector<std::size_t>{6});
    CHECK(converted.values == std::vector<double>(values.begin(), values.end()));
}

} // namespace

TEST_CASE("idx: reads every type of the format, big endian") {
    check_type<std::uint8_t>(0x08);
    check_type<std::int8_t>(0x09);
    check_type<std::int16_t>(0x0b);
    check_type<std::int32_t>(0x0c);
    check_type<float>(0x0d);
    check_type<double>(0x0e);
}

TEST_CASE("idx: reads bytes written out by hand") {
    using namespace std::string_literals;
    const auto array = parse<float>("\0\0\x0b\x02\0\0\0\x01\0\0\0\x02\x01\x02\xff\xfe"s);
    CHECK(array.extents == std::vector<std::size_t>{1, 2});
    CHECK(array.values == std::vector<float>{258, -2});
}

TEST_CASE("idx: an extent of zero is an array without values") {
    const auto array = parse<float>(header(0x0d, {3, 0, 2}));
    CHECK(array.extents == std::vector<std::size_t>{3, 0, 2});
    CHECK(array.values.empty());
}

TEST_CASE("idx: reads as many dimensions as the format has") {
    const auto array = parse<int>(array_of<std::uint8_t>(0x08, std::vector<std::uint32_t>(255, 1), {9}));
    CHECK(array.extents.size() == 255);
    CHECK(array.values == std::vector<int>{9});
}

TEST_CASE("idx: a file may be gzip whatever its name says") {
    const TemporaryDirectory directory;
    const std::string bytes = array_of<std::uint8_t>(0x08, {2, 2}, {1, 2, 3, 255});
    write_bytes(directory / "plain.gz", bytes);
    write_gzip(directory / "packed", bytes);
    for (const char* name : {"plain.gz", "packed"}) {
        const auto array = idx::read<std::uint8_t>(directory / name);
        CHECK(array.extents == std::vector<std::size_t>{2, 2});
        CHECK(array.values == std::vector<std::uint8_t>{1, 2, 3, 255});
    }
}

TEST_CASE("idx: an error names the file") {
    const TemporaryDirectory directory;
    const std::string path = directory / "short";
    write_bytes(path, "\x01\x02\x03");
    CHECK(error_of([&] { idx::read<float>(path); }) ==
          path + ": offset 3: expected an IDX header of at least 4 bytes, got 3");
}

TEST_CASE("idx: refuses what is not an IDX header") {
    CHECK(error_for("") == "a.idx: offset 0: expected an IDX header of at least 4 bytes, got 0");
    CHECK(error_for("\x1f\x8b\x08\x01") ==
          "a.idx: offset 0: expected the bytes 0x00 0x00 of an IDX file, got 0x1f 0x8b");
    CHECK(error_for(array_of<std::uint8_t>(0x0a, {1}, {1})) ==
          "a.idx: offset 2: expected a type code among 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e, got 0x0a");
    CHECK(error_for(header(0x08, {})) == "a.idx: offset 3: expected at least one dimension, got 0");
    CHECK(error_for(header(0x08, {2, 3}).substr(0, 11)) ==
          "a.idx: offset 11: expected 12 bytes of header for 2 dimensions, got 11");
}

TEST_CASE("idx: refuses every truncation of a file, and a byte too many") {
    const std::string bytes = array_of<float>(0x0d, {2, 1}, {1.5f, -2});
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        CAPTURE(length);
        CHECK(error_for(bytes.substr(0, length)).starts_with("a.idx: offset "));
    }
    CHECK(error_for(bytes.substr(0, bytes.size() - 1)) ==
          "a.idx: offset 12: expected 8 bytes of values, got 7");
    CHECK(error_for(bytes + "x") == "a.idx: offset 12: expected 8 bytes of values, got 9");
}

TEST_CASE("idx: a header that claims more than there is costs no memory") {
    const std::string claim = header(0x0e, {0xffffffff}) + "12345678";
    const std::string overflow = header(0x08, {0xffffffff, 0xffffffff, 0xffffffff}) + "1";
    const std::string wraps = header(0x0e, {0x80000000, 0x40000000}); // 2^61 elements, 2^64 bytes
    largest_allocation = 0;
    CHECK(error_for(claim) == "a.idx: offset 8: expected 34359738360 bytes of values, got 8");
    CHECK(error_for(overflow) == "a.idx: offset 8: expected extents whose product is a size, got extent "
                                 "4294967295 after 4294967295 elements");
    CHECK(error_for(wraps) == "a.idx: offset 8: expected extents whose product is a size, got extent "
                              "1073741824 after 2147483648 elements");
    CHECK(largest_allocation > 0);
    CHECK(largest_allocation < 10'000);
}

TEST_CASE("idx: refuses a value that the elements' type does not hold") {
    CHECK(error_for<std::uint8_t>(array_of<std::int16_t>(0x0b, {3}, {255, 0, 256})) ==
          "a.idx: offset 12: expected a whole number from 0 to 255, got 256");
    CHECK(error_for<std::uint32_t>(array_of<std::int8_t>(0x09, {2}, {1, -1})) ==
          "a.idx: offset 9: expected a whole number from 0 to 4294967295, got -1");
    for (double value : {-1.0, 0.5, 4294967296.0, 1e300, std::numeric_limits<double>::infinity(),
                         std::numeric_limits<double>::quiet_NaN()}) {
        CAPTURE(value);
        CHECK(error_for<std::uint32_t>(array_of<double>(0x0e, {2}, {7, value}))
                  .starts_with("a.idx: offset 16: expected a whole number from 0 to 4294967295, got "));
    }
    CHECK(parse<std::uint32_t>(array_of<double>(0x0e, {2}, {0, 4294967295.0})).values ==
          std::vector<std::uint32_t>{0, 4294967295});
}
