#include "burin/data/npy.hpp"
#include "burin/data/npz.hpp"

#include "reference/npy.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace npy = burin::data::npy;
namespace npz = burin::data::npz;

using Extents = std::vector<std::size_t>;

namespace {

template <std::size_t Size>
std::string file(const unsigned char (&bytes)[Size]) {
    return {bytes, bytes + Size};
}

template <class Element>
npy::Array<Element> parse(const std::string& bytes, const burin::data::ReadOptions& options = {}) {
    return npy::parse<Element>(bytes, "a.npy", options);
}

template <class Element = double>
std::string error_for(const std::string& bytes) {
    const std::string message = error_of([&] { parse<Element>(bytes); });
    return message.starts_with("a.npy: ") ? message.substr(7) : message;
}

/// A type's smallest number, 1 and its largest come back from files of both byte orders.
template <class Stored>
void check_type(const std::string& little, const std::string& big) {
    using Limits = std::numeric_limits<Stored>;
    const std::vector<Stored> expected{Limits::min(), 1, Limits::max()};
    for (const std::string& bytes : {little, big}) {
        const npy::Array<Stored> array = parse<Stored>(bytes);
        CHECK(array.extents == Extents{3});
        CHECK(array.values == expected);
    }
}

/// An NPY file with this header.
std::string with_header(const std::string& text, const std::string& values = "") {
    return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(text.size() % 256) +
           static_cast<char>(text.size() / 256) + text + values;
}

} // namespace

TEST_CASE("npy: every type of numbers, of both byte orders") {
    check_type<std::uint8_t>(file(reference::npy::u1), file(reference::npy::u1));
    check_type<std::int8_t>(file(reference::npy::i1), file(reference::npy::i1));
    check_type<std::uint16_t>(file(reference::npy::u2), file(reference::npy::u2_big));
    check_type<std::int16_t>(file(reference::npy::i2), file(reference::npy::i2_big));
    check_type<std::uint32_t>(file(reference::npy::u4), file(reference::npy::u4_big));
    check_type<std::int32_t>(file(reference::npy::i4), file(reference::npy::i4_big));
    check_type<std::uint64_t>(file(reference::npy::u8), file(reference::npy::u8_big));
    check_type<std::int64_t>(file(reference::npy::i8), file(reference::npy::i8_big));
    const auto floats = [](const std::string& bytes, double most, double least) {
        CHECK(parse<double>(bytes).values == std::vector<double>{-1.5, 0.0625, most, least});
    };
    for (const std::string& bytes : {file(reference::npy::f2), file(reference::npy::f2_big)})
        floats(bytes, 65504, 0x1p-24);
    for (const std::string& bytes : {file(reference::npy::f4), file(reference::npy::f4_big)})
        floats(bytes, static_cast<double>(std::numeric_limits<float>::max()), 0x1p-149);
    for (const std::string& bytes : {file(reference::npy::f8), file(reference::npy::f8_big)})
        floats(bytes, std::numeric_limits<double>::max(), 0x1p-1074);
    CHECK(parse<float>(file(reference::npy::truth)).values == std::vector<float>{1, 0, 1});
    CHECK(error_for<float>(file(reference::npy::f8)) ==
          "offset 144: expected a number within the range of float, got 1.7976931348623157e+308");
    CHECK(error_for<std::uint8_t>(file(reference::npy::i2)) ==
          "offset 128: expected a whole number from 0 to 255, got -32768");
    CHECK(error_for<int>(file(reference::npy::f4)) ==
          "offset 128: expected a whole number from -2147483648 to 2147483647, got -1.5");
}

TEST_CASE("npy: single numbers, arrays without values, both orders and all versions") {
    const npy::Array<float> number = parse<float>(file(reference::npy::number));
    CHECK(number.extents.empty());
    CHECK(number.values == std::vector<float>{7});
    CHECK(parse<float>(file(reference::npy::nothing)).extents == Extents{0, 3});
    std::vector<float> expected(24);
    std::iota(expected.begin(), expected.end(), 0.0F);
    for (const std::string& bytes :
         {file(reference::npy::cube), file(reference::npy::cube_fortran),
          file(reference::npy::cube_version_2), file(reference::npy::cube_version_3)}) {
        const npy::Array<float> cube = parse<float>(bytes);
        CHECK(cube.extents == Extents{2, 3, 4});
        CHECK(cube.values == expected);
    }
    const TemporaryDirectory directory;
    write_gzip(directory / "a.npy", file(reference::npy::cube));
    CHECK(npy::read<float>(directory / "a.npy").values == expected);
}

TEST_CASE("npy: what are no numbers is refused by name") {
    CHECK(error_for(file(reference::npy::text)).ends_with(" and those with >, got '<U2'"));
    CHECK(error_for(file(reference::npy::complex)).ends_with(" and those with >, got '<c16'"));
    CHECK(error_for(file(reference::npy::objects)).ends_with(" and those with >, got '|O'"));
    CHECK(error_for(file(reference::npy::structure)).find("expected one type of numbers, got '[('a'") !=
          std::string::npos);
    CHECK(error_for("PK\3\4 an archive") ==
          "offset 0: expected the bytes \\x93NUMPY of an NPY file, got 'PK\\x03\\x04 a'");
    std::string truth = file(reference::npy::truth);
    truth.back() = 2;
    CHECK(error_for(truth) == "offset 130: expected a truth value, 0 or 1, got 2");
}

TEST_CASE("npy: files cut short, headers that lie, and what is no header") {
    const std::string whole = file(reference::npy::cube);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK(error_for(whole.substr(0, length)).starts_with("offset "));
    }
    CHECK(error_for(whole.substr(0, 130)) == "offset 128: expected 48 bytes of values, got 2");
    CHECK(error_for(whole + "x") == "offset 128: expected 48 bytes of values, got 49");
    std::string version = whole;
    version[6] = 4;
    CHECK(error_for(version) == "offset 6: expected version 1.0, 2.0 or 3.0, got 4.0");
    std::string long_header = file(reference::npy::cube_version_2);
    long_header[11] = 0x7F;
    CHECK(error_for(long_header).starts_with("offset 8: expected a header of at most 65535 bytes, got 21"));

    const auto error = [](const std::string& text) { return error_for(with_header(text)); };
    CHECK(error("") == "offset 10: expected a dictionary, got the header's end");
    CHECK(error("{}") == "offset 10: expected the keys 'descr', 'fortran_order' and 'shape', got less");
    CHECK(error("{'descr': '<f4', 'descr': '<f4'}").starts_with("offset 27: expected the keys 'descr', "));
    CHECK(error("{'descr': '=f4'}").ends_with("got '=f4'"));
    CHECK(error("{'descr': '|f4'}").ends_with("got '|f4'"));
    CHECK(error("{'descr': ''}").ends_with("got ''"));
    CHECK(error("{'descr' '<f4'}") == "offset 19: expected a colon, got ''<f4'}'");
    CHECK(error("{'descr") == "offset 11: expected a key in quotes that ends, got ''descr'");
    CHECK(error("{'fortran_order': Falsch}") == "offset 28: expected True or False, got 'Falsch}'");
    CHECK(error("{'shape': (-1,)}") == "offset 21: expected an extent, got '-1,)}'");
    CHECK(error("{'shape': (1 2)}") == "offset 23: expected a comma or the tuple's end, got '2)}'");
    CHECK(error("{'shape': (99999999999999999999,)}").starts_with("offset 21: expected an extent, got "));
    CHECK(error("{'shape': (1") == "offset 22: expected a comma or the tuple's end, got the header's end");
    CHECK(error("{'shape': (4294967296, 4294967296)}") ==
          "offset 33: expected extents whose product is a size, got extent 4294967296 after 4294967296 "
          "elements");
    std::string many = "{'shape': (";
    for (int i = 0; i < 65; ++i)
        many += "1,";
    CHECK(error(many + ")}").find("expected at most 64 dimensions, got '1,)}'") != std::string::npos);
    const std::string good = "{'descr':\"|u1\",'fortran_order':False,'shape':(1000000000,)}";
    CHECK(error(good) == "offset 69: expected 1000000000 bytes of values, got 0");
    CHECK(error(good + " x") == "offset 70: expected nothing behind the dictionary, got 'x'");
}

TEST_CASE("npz: stored and deflated archives") {
    std::vector<float> expected(24);
    std::iota(expected.begin(), expected.end(), 0.0F);
    const TemporaryDirectory directory;
    const std::string path = directory / "a.npz";
    write_bytes(path, file(reference::npy::stored_archive));
    const npz::Archive stored = npz::open(path);
    CHECK(stored.names() == std::vector<std::string>{"x", "y"});
    CHECK(stored.get<float>("x").extents == Extents{2, 3, 4});
    CHECK(stored.get<float>("x").values == expected);
    CHECK(stored.get<unsigned>("y").values == std::vector<unsigned>{3, 1, 2});
    CHECK(error_of([&] { stored.get<float>("z"); }) == path + ": expected an array 'z', got x, y");
    write_bytes(path, file(reference::npy::packed_archive));
    CHECK(npz::read<float>(path, "x").values == expected);
    CHECK(npz::read<double>(path, "y").values == std::vector<double>(100));
}

TEST_CASE("npz: archives that are damaged, cut short or lie") {
    for (const std::string& whole :
         {file(reference::npy::stored_archive), file(reference::npy::packed_archive)}) {
        const auto get = [](const std::string& bytes, std::size_t max_bytes = 1000) {
            return error_of([&] {
                const npz::Archive archive({bytes.begin(), bytes.end()}, "a.npz", {.max_bytes = max_bytes});
                for (const std::string& name : archive.names())
                    archive.get<float>(name);
            });
        };
        CHECK(get(whole) == "(nothing was thrown)");
        for (std::size_t length = 0; length < whole.size(); ++length)
            CHECK(get(whole.substr(0, length)) ==
                  "a.npz: expected a ZIP archive, got another file or a part of one");
        // A changed byte is an Error, or in what nobody reads (dates, attributes).
        std::size_t refused = 0;
        for (std::size_t i = 0; i < whole.size(); ++i) {
            std::string changed = whole;
            changed[i] = static_cast<char>(changed[i] ^ 0x55);
            const std::string error = get(changed);
            refused += error != "(nothing was thrown)";
            CHECK((error.starts_with("a.npz: ") || error == "(nothing was thrown)"));
        }
        CHECK(refused > whole.size() * 2 / 3);
        CHECK(get(whole, 100).find("expected at most 100 bytes after unpacking, got ") != std::string::npos);
    }
    const auto error = [](std::string bytes) {
        return error_of([&] { npz::Archive({bytes.begin(), bytes.end()}, "a.npz"); });
    };
    std::string archive = file(reference::npy::stored_archive);
    const std::size_t entry = archive.find("PK\1\2"), end = archive.rfind("PK\5\6");
    std::string changed = archive;
    changed[entry + 8] = 1;
    CHECK(error(changed).ends_with("expected what is not encrypted, got an encrypted entry in 'x.npy'"));
    changed = archive;
    changed[entry + 10] = 14;
    CHECK(error(changed).ends_with(
        "expected entries that are stored (0) or deflated (8), got method 14 in 'x.npy'"));
    changed = archive;
    changed[end + 10] = static_cast<char>(200);
    CHECK(error(changed).find("expected a directory within the file, got 200 entries in ") !=
          std::string::npos);
    changed = archive;
    changed[archive.find("y.npy", entry)] = 'x';
    CHECK(error(changed) == "a.npz: expected each name once, got 'x' twice");
    changed[archive.find("y.npy", entry) + 2] = 'x';
    CHECK(error(changed).ends_with("expected names that end in .npy, got another one in 'x.xpy'"));
}
