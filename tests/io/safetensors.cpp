#include "burin/io/safetensors.hpp"

#include "io/independent_reader.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace safetensors = burin::io::safetensors;
using safetensors::Slot;
using safetensors::Tensor;

namespace {

std::string little_endian(std::uint64_t value) {
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    return bytes;
}

std::string file(std::string_view header, std::size_t data_bytes = 0) {
    return little_endian(header.size()) + std::string(header) + std::string(data_bytes, 'd');
}

std::vector<Tensor> parse(std::string_view bytes) {
    return safetensors::parse(std::as_bytes(std::span(bytes)), "f");
}

std::string error_for(const std::string& bytes) {
    return error_of([&] { parse(bytes); });
}

// Not with operator+, of which g++ 12 warns without cause.
std::string joined(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (std::string_view part : parts)
        text += part;
    return text;
}

std::string entry(std::string_view name, std::string_view dtype, std::string_view shape,
                  std::string_view offsets) {
    return joined(
        {"\"", name, "\":{\"dtype\":\"", dtype, "\",\"shape\":", shape, ",\"data_offsets\":", offsets, "}"});
}

std::string entry(std::string_view name, std::string_view offsets, std::size_t bytes) {
    return entry(name, "U8", joined({"[", std::to_string(bytes), "]"}), offsets);
}

/// A header of these entries.
std::string object(std::initializer_list<std::string_view> entries) {
    std::string text = "{";
    for (std::string_view each : entries)
        text.append(text.size() > 1 ? "," : "").append(each);
    return text + "}";
}

template <class Element>
Tensor tensor(std::string name, std::string dtype, std::vector<std::size_t> shape,
              const std::vector<Element>& values) {
    return {std::move(name), std::move(dtype), std::move(shape), std::as_bytes(std::span(values))};
}

} // namespace

TEST_CASE("safetensors: tensors are found in the order of their bytes, which stay where they are") {
    const std::string bytes =
        file(object({entry("late", "F32", "[2]", "[4,12]"), entry("first", "U8", "[2,2]", "[0,4]"),
                     entry("scalar", "U64", "[]", "[12,20]"), entry("none", "F64", "[0,7]", "[4,4]")}) +
                 "  ",
             20);
    const std::vector<Tensor> tensors = parse(bytes);
    REQUIRE(tensors.size() == 4);
    const std::byte* const data = std::as_bytes(std::span(bytes)).data() + bytes.size() - 20;
    CHECK(tensors[0].name == "first");
    CHECK(tensors[0].dtype == "U8");
    CHECK(tensors[0].shape == std::vector<std::size_t>{2, 2});
    CHECK(tensors[0].bytes.data() == data);
    CHECK(tensors[1].name == "none");
    CHECK(tensors[1].bytes.empty());
    CHECK(tensors[2].name == "late");
    CHECK(tensors[2].bytes.data() == data + 4);
    CHECK(tensors[2].bytes.size() == 8);
    CHECK(tensors[3].name == "scalar");
    CHECK(tensors[3].shape.empty());
    CHECK(tensors[3].bytes.size() == 8);
    CHECK(parse(file("{}")).empty());
}

TEST_CASE("safetensors: each dtype has its size") {
    for (const auto& [dtype, size] : std::vector<std::pair<std::string, std::size_t>>{{"F64", 8},
                                                                                      {"I64", 8},
                                                                                      {"U64", 8},
                                                                                      {"F32", 4},
                                                                                      {"I32", 4},
                                                                                      {"U32", 4},
                                                                                      {"F16", 2},
                                                                                      {"BF16", 2},
                                                                                      {"I16", 2},
                                                                                      {"U16", 2},
                                                                                      {"I8", 1},
                                                                                      {"U8", 1},
                                                                                      {"BOOL", 1},
                                                                                      {"F8_E4M3", 1},
                                                                                      {"F8_E5M2", 1}}) {
        CAPTURE(dtype);
        const std::string header =
            object({entry("t", dtype, "[3]", joined({"[0,", std::to_string(3 * size), "]"}))});
        CHECK(parse(file(header, 3 * size))[0].bytes.size() == 3 * size);
    }
    for (const char* dtype : {"", "F31", "f32", "F32 "})
        CHECK(error_for(file(object({entry("t", dtype, "[1]", "[0,4]")}), 4)) ==
              "f: tensor 't': expected a known dtype, got '" + std::string(dtype) + "'");
}

TEST_CASE("safetensors: refuses a header's length that can't be") {
    CHECK(error_for("") == "f: offset 0: expected 8 bytes with the header's length, got 0");
    CHECK(error_for("1234567") == "f: offset 0: expected 8 bytes with the header's length, got 7");
    CHECK(error_for(little_endian(3) + "{}") ==
          "f: offset 0: expected a header of at most 2 bytes, got one of 3");
    CHECK(error_for(little_endian(~std::uint64_t{0}) + "{}") ==
          "f: offset 0: expected a header of at most 2 bytes, got one of 18446744073709551615");
    CHECK(error_for(little_endian(100'000'001) + std::string(100'000'001, ' ')) ==
          "f: offset 0: expected a header of at most 100000000 bytes, got one of 100000001");
}

TEST_CASE("safetensors: refuses a header that is no object of JSON") {
    for (const char* header :
         {"", "   ", "{", "{\"a\":}", "{} {}", "nonsense", "{\"a\":1e999}", "{\"\xff\":1}"}) {
        CAPTURE(header);
        CHECK(error_for(file(header))
                  .starts_with("f: offset 8: expected a JSON header, got text that is none ("));
    }
    CHECK(error_for(file("[]")) == "f: offset 8: expected a JSON object as the header, got array");
    CHECK(error_for(file("null")) == "f: offset 8: expected a JSON object as the header, got null");
}

TEST_CASE("safetensors: nothing but spaces is behind the header, and nothing is hidden in it") {
    const std::string hidden = object({entry("t", "[0,1]", 1)});
    const auto behind = [&](std::string_view more) { return error_for(file(joined({"{}", more}))); };
    CHECK(parse(file("{}      ")).empty());
    CHECK(behind(std::string_view("\0", 1)) == "f: offset 10: expected a header of text, got a NUL");
    CHECK(behind(joined({std::string_view(" \0", 2), hidden})) ==
          "f: offset 11: expected a header of text, got a NUL");
    CHECK(error_for(file(joined({hidden.substr(0, 3), std::string_view("\0", 1), hidden.substr(3)}), 1)) ==
          "f: offset 11: expected a header of text, got a NUL");
    CHECK(behind("  \n") == "f: offset 12: expected spaces behind the header's '}', got '\\n'");
    CHECK(behind("\t") == "f: offset 10: expected spaces behind the header's '}', got '\\t'");
    CHECK(error_for(file(" {}")) == "f: offset 8: expected the header to begin with '{', got ' '");
    CHECK(error_for(file("\xef\xbb\xbf{}")) ==
          "f: offset 8: expected the header to begin with '{', got '\\xEF'");
    // A NUL that is written as JSON wants it is a character like others.
    CHECK(parse(file(object({entry("a\\u0000b", "[0,1]", 1)}), 1))[0].name == std::string("a\0b", 3));
}

TEST_CASE("safetensors: as many tensors as a header holds take time in proportion") {
    std::string header = "{", wrong = "{";
    const std::size_t count = 200'000;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        header += (i > 0 ? "," : "") +
                  entry("t" + number, "U8", "[1]", "[" + number + "," + std::to_string(i + 1) + "]");
        wrong += (i > 0 ? "," : "") + entry("t" + number, "F9", "[1]", "[0,1]");
    }
    const std::string bytes = file(header + "}", count);
    const std::vector<Tensor> tensors = parse(bytes);
    REQUIRE(tensors.size() == count);
    CHECK(tensors[123'456].name == "t123456");

    std::string error = error_for(file(wrong + "}", 1));
    CHECK(error.starts_with("f: tensor 't0': expected a known dtype, got 'F9'; tensor 't1': "));
    CHECK(error.ends_with("tensor 't9': expected a known dtype, got 'F9'; and 199990 more"));

    // What does not agree with what is expected, on either side.
    error = error_of([&] { safetensors::read_into(tensors, {}, "f"); });
    CHECK(error.starts_with("f: unexpected tensor 't0' U8 [1]; "));
    CHECK(error.ends_with("; and 199990 more"));
    std::vector<std::byte> copy(count);
    std::vector<Slot> slots;
    for (std::size_t i = 0; i < count; ++i)
        slots.push_back({tensors[i].name, "U8", {1}, std::span(copy).subspan(i, 1)});
    error = error_of([&] { safetensors::read_into({}, slots, "f"); });
    CHECK(error.starts_with("f: missing tensor 't0' U8 [1]; "));
    safetensors::read_into(tensors, slots, "f");
    CHECK(copy == std::vector<std::byte>(count, std::byte{'d'}));

    const TemporaryDirectory directory;
    safetensors::write(directory / "f", tensors);
    CHECK(bytes_of(directory / "f").size() >= bytes.size());
    CHECK(parse(bytes_of(directory / "f")).size() == count);
}

TEST_CASE("safetensors: however long a name, the message is short") {
    const std::string name(10'000'000, 'n'), cut = "'" + name.substr(0, 200) + " …'";
    CHECK(error_for(file(object({entry(name, "F9", "[1]", "[0,1]")}), 1)) ==
          "f: tensor " + cut + ": expected a known dtype, got 'F9'");
    CHECK(error_for(file(object({entry("t", name, "[1]", "[0,1]")}), 1)) ==
          "f: tensor 't': expected a known dtype, got '" + name.substr(0, 40) + " …'");
    CHECK(error_for(file(object({entry(name, "[0,1]", 1), entry(name, "[0,1]", 1)}), 1)) ==
          "f: offset 8: expected each name once, got " + cut + " twice");
    for (const std::string& header : {"{\"" + name, "{\"t\":{\"data_offsets\":[\"" + name + "\",1]}}",
                                      object({entry("t", "U8", "[1]", "[\"" + name + "\",1]")})})
        CHECK(error_for(file(header, 1)).size() < 600);
    std::string shape = "[1";
    for (int i = 1; i < 64; ++i)
        shape += ",1";
    CHECK(parse(file(object({entry("t", "U8", shape + "]", "[0,1]")}), 1))[0].shape.size() == 64);
    CHECK(error_for(file(object({entry("t", "U8", shape + "]", "[0,2]")}), 2)) ==
          "f: tensor 't': expected 1 bytes for U8 [1, 1, 1, 1, 1, 1, 1, 1, …], got 2");
    CHECK(error_for(file(object({entry("t", "U8", shape + ",1]", "[0,1]")}), 1)) ==
          "f: tensor 't': expected a shape of whole numbers whose product is a size");
}

TEST_CASE("safetensors: refuses names that are given twice") {
    CHECK(error_for(file(R"({"__metadata__":{"a":"1","a":"2"}})")) ==
          "f: offset 8: expected each name once, got 'a' twice");
    CHECK(error_for(file(R"({"__metadata__":{},"__metadata__":{}})")) ==
          "f: offset 8: expected each name once, got '__metadata__' twice");
    CHECK(error_for(file(object({entry("t", "[0,1]", 1), entry("t", "[0,1]", 1)}), 1)) ==
          "f: offset 8: expected each name once, got 't' twice");
    CHECK(error_for(file(R"({"t":{"dtype":"U8","dtype":"F32","shape":[1],"data_offsets":[0,1]}})", 1)) ==
          "f: offset 8: expected each name once, got 'dtype' twice");
    // Names within different tensors are different names.
    CHECK(parse(file(object({entry("a", "[0,1]", 1), entry("dtype", "[1,2]", 1)}), 2)).size() == 2);
}

TEST_CASE("safetensors: refuses deep nesting, however deep") {
    for (std::size_t depth : {std::size_t{10}, std::size_t{1'000'000}})
        for (const char* open : {"[", "{\"a\":"}) {
            std::string header = "{\"a\":";
            for (std::size_t i = 0; i < depth; ++i)
                header += open;
            CHECK(error_for(file(header)).starts_with("f: offset 8: expected a "));
            header += joined({"1", std::string(depth, *open == '[' ? ']' : '}'), "}"});
            CHECK(error_for(file(header)) ==
                  "f: offset 8: expected a header of at most 4 levels, got a deeper one");
        }
}

TEST_CASE("safetensors: refuses entries that are not dtype, shape and data_offsets") {
    for (const char* each : {"1", "null", "[]", "{}", R"({"dtype":"U8","shape":[1]})",
                             R"({"dtype":8,"shape":[1],"data_offsets":[0,1]})",
                             R"({"dtype":"U8","shape":1,"data_offsets":[0,1]})",
                             R"({"dtype":"U8","shape":[1],"data_offsets":[0]})",
                             R"({"dtype":"U8","shape":[1],"data_offsets":[0,1,2]})"}) {
        CAPTURE(each);
        CHECK(error_for(file(joined({"{\"t\":", each, "}"}), 1)) ==
              "f: tensor 't': expected dtype, shape and two data_offsets");
    }
}

TEST_CASE("safetensors: refuses shapes that are no sizes or whose product is none") {
    for (const char* shape :
         {"[-1]", "[1.0]", "[\"1\"]", "[null]", "[[1]]", "[18446744073709551616]", "[4294967296,4294967296]",
          "[9223372036854775808,2]", "[9223372036854775808,2,0]"}) {
        CAPTURE(shape);
        CHECK(error_for(file(object({entry("t", "U8", shape, "[0,1]")}), 1)) ==
              "f: tensor 't': expected a shape of whole numbers whose product is a size");
    }
    // The elements' number is a size, the bytes' is not: 2^61 of 8.
    CHECK(error_for(file(object({entry("t", "F64", "[2305843009213693952]", "[0,0]")}))) ==
          "f: tensor 't': expected a shape of whole numbers whose product is a size");
}

TEST_CASE("safetensors: refuses ranges that are not the tensor's") {
    for (const char* offsets :
         {"[0,5]", "[2,1]", "[-1,1]", "[0,1.0]", "[\"0\",1]", "[0,18446744073709551615]"}) {
        CAPTURE(offsets);
        CHECK(error_for(file(object({entry("t", "U8", "[1]", offsets)}), 4)) ==
              "f: tensor 't': expected data_offsets within 4 bytes, got " + std::string(offsets));
    }
    CHECK(error_for(file(object({entry("t", "F32", "[2, 3]", "[0,4]")}), 4)) ==
          "f: tensor 't': expected 24 bytes for F32 [2, 3], got 4");
}

TEST_CASE("safetensors: refuses overlaps, holes and what is left over") {
    CHECK(error_for(file(object({entry("a", "[0,2]", 2), entry("b", "[1,3]", 2)}), 3)) ==
          "f: tensor 'b': expected its data at offset 2, got 1, which overlaps another's");
    CHECK(error_for(file(object({entry("a", "[0,2]", 2), entry("b", "[0,2]", 2)}), 2)) ==
          "f: tensor 'b': expected its data at offset 2, got 0, which overlaps another's");
    CHECK(error_for(file(object({entry("a", "[0,4]", 4), entry("b", "[2,2]", 0)}), 4)).find("overlaps") !=
          std::string::npos);
    CHECK(error_for(file(object({entry("a", "[0,1]", 1), entry("b", "[2,3]", 1)}), 3)) ==
          "f: tensor 'b': expected its data at offset 1, got 2, which leaves a hole");
    CHECK(error_for(file(object({entry("a", "[1,2]", 1)}), 2)) ==
          "f: tensor 'a': expected its data at offset 0, got 1, which leaves a hole");
    CHECK(error_for(file(object({entry("a", "[0,1]", 1)}), 3)) ==
          "f: expected tensors to the end of the file, got 2 bytes more");
    CHECK(error_for(file("{}", 1)) == "f: expected tensors to the end of the file, got 1 bytes more");
}

TEST_CASE("safetensors: reports everything that is wrong at once") {
    CHECK(error_for(file(object({entry("a", "F9", "[1]", "[0,1]"), entry("b", "U8", "[-1]", "[0,1]"),
                                 entry("c", "U8", "[1]", "[0,9]"), "\"__metadata__\":{\"x\":1}"}),
                         1)) == "f: tensor 'a': expected a known dtype, got 'F9'; "
                                "tensor 'b': expected a shape of whole numbers whose product is a size; "
                                "tensor 'c': expected data_offsets within 1 bytes, got [0,9]; "
                                "'__metadata__': expected an object of strings");
    for (const char* metadata : {"1", "\"a\"", "[]", "[\"a\"]", R"({"a":{}})", R"({"a":["b"]})"})
        CHECK(error_for(file(object({joined({"\"__metadata__\":", metadata})}))) ==
              "f: '__metadata__': expected an object of strings");
    const std::string bytes = file(R"({"__metadata__":{"format":"pt","dtype":"x"}})");
    safetensors::Metadata metadata;
    CHECK(safetensors::parse(std::as_bytes(std::span(bytes)), "f", &metadata).empty());
    CHECK(metadata == safetensors::Metadata{{"format", "pt"}, {"dtype", "x"}});
}

TEST_CASE("safetensors: refuses every truncation of a file") {
    const std::string bytes = file(object({entry("a", "[0,3]", 3), entry("b", "F32", "[1]", "[3,7]")}), 7);
    CHECK(parse(bytes).size() == 2);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        CAPTURE(length);
        CHECK(error_for(bytes.substr(0, length)).starts_with("f: "));
    }
}

TEST_CASE("safetensors: read_into fills all slots, or tells all that is wrong and fills none") {
    const std::vector<float> a{1, 2}, b{3};
    const std::vector<Tensor> tensors{tensor("a", "F32", {2}, a), tensor("b", "F32", {1}, b)};
    std::array<float, 2> to_a{};
    std::array<float, 1> to_b{};
    const auto slot = [](std::string name, std::string dtype, std::vector<std::size_t> shape, auto& to) {
        return Slot{std::move(name), std::move(dtype), std::move(shape),
                    std::as_writable_bytes(std::span(to))};
    };
    const std::vector<Slot> wrong{slot("a", "F32", {2}, to_a), slot("c", "F32", {1}, to_b)};
    CHECK(error_of([&] { safetensors::read_into(tensors, wrong, "f"); }) ==
          "f: missing tensor 'c' F32 [1]; unexpected tensor 'b' F32 [1]");
    CHECK(to_a == std::array<float, 2>{});
    const std::vector<Slot> other{slot("a", "F32", {1, 2}, to_a), slot("b", "U32", {1}, to_b)};
    CHECK(error_of([&] { safetensors::read_into(tensors, other, "f"); }) ==
          "f: tensor 'a': expected F32 [1, 2], got F32 [2]; tensor 'b': expected U32 [1], got F32 [1]");
    const std::vector<Slot> right{slot("b", "F32", {1}, to_b), slot("a", "F32", {2}, to_a)};
    safetensors::read_into(tensors, right, "f");
    CHECK(to_a == std::array<float, 2>{1, 2});
    CHECK(to_b == std::array<float, 1>{3});
}

TEST_CASE("safetensors: what is written is the format, and is read back") {
    const TemporaryDirectory directory;
    const std::string path = directory / "f";
    const std::vector<float> a{1.5f, -2, 3, 4};
    const std::vector<std::uint64_t> b{~std::uint64_t{0}};
    const std::vector<Tensor> tensors{tensor("z \"ü\"", "F32", {2, 2}, a), tensor("b", "U64", {1}, b),
                                      tensor<float>("none", "F32", {0}, {})};
    safetensors::write(path, tensors, {{"key", "value"}});
    const FoundFile found = read_independently(path);
    CHECK(found.metadata == std::map<std::string, std::string>{{"key", "value"}});
    REQUIRE(found.tensors.size() == 3);
    CHECK(found.tensors[0].name == "z \"ü\"");
    CHECK(found.tensors[0].dtype == "F32");
    CHECK(found.tensors[0].shape == std::vector<std::size_t>{2, 2});
    CHECK(found.tensors[0].values<float>() == a);
    CHECK(found.tensors[1].values<std::uint64_t>() == b);
    const std::vector<std::byte> bytes = safetensors::read_bytes(path);
    const std::vector<Tensor> parsed = safetensors::parse(bytes, path);
    REQUIRE(parsed.size() == 3);
    CHECK(parsed[0].name == tensors[0].name);
    safetensors::write(directory / "empty", {});
    CHECK(read_independently(directory / "empty").tensors.empty());
}

TEST_CASE("safetensors: names that are no UTF-8 are an Error, and the old file stays") {
    const TemporaryDirectory directory;
    write_bytes(directory / "f", "old");
    const std::vector<Tensor> tensors{{"gr\xfc\xdf", "U8", {0}, {}}};
    CHECK(error_of([&] {
              safetensors::write(directory / "f", tensors);
          }).starts_with(directory / "f" + ": expected names in UTF-8, got "));
    CHECK(bytes_of(directory / "f") == "old");
}

TEST_CASE("safetensors: what would be refused when it is read is not written") {
    const TemporaryDirectory directory;
    const std::vector<float> a{1, 2};
    const std::vector<Tensor> tensors{tensor("a", "F32", {2}, a), tensor("a", "F32", {3}, a),
                                      tensor("b", "F31", {2}, a), tensor("__metadata__", "F32", {2}, a)};
    CHECK(error_of([&] { safetensors::write(directory / "f", tensors); }) ==
          directory / "f" + ": expected each name once, got 'a' twice; tensor 'a': expected the bytes of F32 "
                            "[3], got 8; tensor 'b': expected the bytes of F31 [2], got 8; "
                            "expected each name once, got '__metadata__' twice");
    CHECK(directory.names().empty());
}

TEST_CASE("safetensors: a file that can't be read is named, with the system's reason") {
    const TemporaryDirectory directory;
    CHECK(error_of([&] { safetensors::read_bytes(directory / "missing"); }) ==
          directory / "missing" + ": can't be opened: No such file or directory");
    CHECK(error_of([&] { safetensors::read_bytes(directory.path()); }) ==
          directory.path() + ": can't be opened: Is a directory");
    REQUIRE(mkfifo((directory / "fifo").c_str(), 0600) == 0);
    CHECK(error_of([&] { safetensors::read_bytes(directory / "fifo"); }) ==
          directory / "fifo" + ": can't be opened: expected a regular file");
    CHECK(error_of([&] { safetensors::read_bytes("/dev/zero"); }) ==
          "/dev/zero: can't be opened: expected a regular file");
    CHECK(error_of([&] { safetensors::read_bytes(std::string("a\0b", 3)); }) ==
          "a\\x00b: can't be opened: expected a path without NUL");
    write_bytes(directory / "holes", "");
    REQUIRE(truncate((directory / "holes").c_str(), off_t{1} << 43) == 0);
    CHECK(error_of([&] { safetensors::read_bytes(directory / "holes", 1000); }) ==
          directory / "holes" + ": expected at most 1000 bytes, got 8796093022208");
    CHECK(error_of([&] { safetensors::write(directory / "missing/f", {}); }) ==
          directory / "missing/f" + ": can't be written: No such file or directory");
}
