// Sources that may be larger than memory: mapped, and read in turn.

#include "burin/data/array_file.hpp"
#include "burin/data/csv_rows.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/loader.hpp"
#include "burin/data/mapped_file.hpp"
#include "burin/data/record_file.hpp"
#include "burin/data/streamed.hpp"

#include "reference/npy.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace data = burin::data;
using burin::Error;
using burin::Label;
using burin::Shape;

namespace {

struct Epoch {
    std::vector<float> inputs;
    std::vector<Label> labels;
    std::vector<std::size_t> numbers;

    friend bool operator==(const Epoch&, const Epoch&) = default;
};

template <class Source>
Epoch load(const Source& source, const data::LoadOrder& order, std::size_t workers = 1) {
    const data::Loader loader(source, {.workers = workers});
    Epoch epoch;
    auto batches = loader.batches(order);
    while (const auto* batch = batches.next()) {
        epoch.inputs.insert(epoch.inputs.end(), batch->inputs().begin(), batch->inputs().end());
        epoch.labels.insert(epoch.labels.end(), batch->targets().begin(), batch->targets().end());
        for (std::size_t row = 0; row < batch->size(); ++row)
            epoch.numbers.push_back(batch->number(row));
    }
    return epoch;
}

std::vector<std::size_t> counted(std::size_t count) {
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    return numbers;
}

/// IDX of bytes.
std::string idx_bytes(const std::vector<unsigned>& extents, const std::string& values) {
    std::string bytes{'\0', '\0', '\x08', static_cast<char>(extents.size())};
    for (const unsigned extent : extents)
        bytes += {'\0', '\0', static_cast<char>(extent / 256), static_cast<char>(extent % 256)};
    return bytes + values;
}

/// Images of 2 × 2 bytes in two files.
struct Images {
    TemporaryDirectory directory;
    std::string inputs = directory / "x", targets = directory / "y";
    std::size_t count = 30;

    Images() { write(false); }
    void write(bool packed) const {
        std::string values, labels;
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t j = 0; j < 4; ++j)
                values.push_back(static_cast<char>(5 * i + j));
            labels.push_back(static_cast<char>(i % 3));
        }
        const auto one = [&](const std::string& path, const std::string& bytes) {
            packed ? write_gzip(path, bytes) : write_bytes(path, bytes);
        };
        one(inputs, idx_bytes({static_cast<unsigned>(count), 2, 2}, values));
        one(targets, idx_bytes({static_cast<unsigned>(count)}, labels));
    }
};

} // namespace

TEST_CASE("MappedArrays, ArrayRows: the same samples, mapped or in turn, plain or gzip") {
    const Images images;
    const data::MappedArrays<> mapped(images.inputs, images.targets, {.divisor = 255});
    CHECK(mapped.size() == 30);
    CHECK(mapped.input_shape() == Shape(2, 2));
    const Epoch expected = load(mapped, {.batch_size = 7, .shuffle = false});
    CHECK(expected.numbers == counted(30));
    for (std::size_t i = 0; i < 30; ++i) {
        CHECK(expected.inputs[4 * i + 3] == static_cast<float>(5 * i + 3) / 255.0F);
        CHECK(expected.labels[i] == i % 3);
    }
    const Epoch mixed = load(mapped, {.batch_size = 7});
    CHECK(mixed != expected);
    CHECK(load(mapped, {.batch_size = 7}, 3) == mixed);
    for (const bool packed : {false, true}) {
        images.write(packed);
        const data::Streamed rows(data::ArrayRows<>(images.inputs, images.targets, {.divisor = 255}));
        CHECK(load(rows, {.batch_size = 7, .shuffle = false}) == expected);
        CHECK(load(rows, {.batch_size = 7, .shuffle = false}, 3) == expected);
    }
    CHECK(error_of([&] { data::MappedArrays<>(images.inputs, images.targets); }) ==
          images.inputs + ": can't be mapped: expected a file that is not compressed, got gzip");
}

TEST_CASE("MappedArrays: NPY, numbers as targets, and what is refused") {
    const TemporaryDirectory directory;
    const std::string x = directory / "x.npy", y = directory / "y.npy";
    const auto write = [](const std::string& path, std::span<const unsigned char> bytes) {
        write_bytes(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    };
    write(x, reference::npy::cube);
    write(y, reference::npy::cube);
    const data::MappedArrays<float> cubes(x, y);
    CHECK(cubes.size() == 2);
    CHECK(cubes.input_shape() == Shape(3, 4));
    CHECK(cubes.target_size() == 12);
    std::vector<float> input(12), target(12);
    cubes.read(1, input, target);
    CHECK(input == target);
    CHECK(input.front() == 12);
    CHECK(input.back() == 23);
    const auto error = [&] { return error_of([&] { data::MappedArrays<>(x, y); }); };
    write(y, reference::npy::u1);
    CHECK(error() == y + ": expected a row for each of the 2 of " + x + ", got 3");
    write(x, reference::npy::cube_fortran);
    CHECK(error().starts_with(x + ": expected an array of C's order, row after row, got Fortran's"));
    write(x, reference::npy::number);
    CHECK(error() == x + ": expected an array of 1 to 7 dimensions, got 0");
    write(x, std::span(reference::npy::cube).first(150));
    CHECK(error() == x + ": offset 128: expected 48 bytes of values, got 22");
    write(x, reference::npy::f8);
    write(y, reference::npy::f8);
    const data::MappedArrays<> large(x, y);
    std::vector<float> one(1);
    std::vector<Label> label(1);
    CHECK(error_of([&] { large.read(0, one, label); }) ==
          y + ": offset 128: expected a whole number from 0 to 4294967295, got -1.5");
    CHECK(error_of([&] { large.read(2, one, label); }) ==
          x + ": offset 144: expected a number within the range of float, got 1.7976931348623157e+308");
    CHECK(error_of([&] { data::MappedArrays<>(x, y, {.divisor = 0}); }) ==
          x + ": expected a divisor that is finite and not 0, got 0");
}

TEST_CASE("ArrayRows: gzip data that end too early are told where they are read") {
    const Images images;
    write_gzip(images.inputs, idx_bytes({30, 2, 2}, std::string(100, 'x')));
    const data::Streamed rows(data::ArrayRows<>(images.inputs, images.targets));
    CHECK(error_of([&] { load(rows, {}); }) ==
          images.inputs + ": offset 16: expected 120 bytes of values, got 100");
    write_gzip(images.inputs, idx_bytes({30, 2, 2}, std::string(121, 'x')));
    CHECK(error_of([&] { load(rows, {}); }) ==
          images.inputs + ": offset 16: expected 120 bytes of values, got more");
}

TEST_CASE("Streamed: a buffer mixes, by seed and epoch alone, and every sample comes once") {
    std::vector<float> inputs(200);
    std::iota(inputs.begin(), inputs.end(), 0.0F);
    const data::Dataset<> all(Shape(2), inputs, std::vector<Label>(100, 1));
    for (const std::size_t buffer : {1u, 2u, 10u, 100u, 1000u}) {
        CAPTURE(buffer);
        const data::Streamed stream(all, {.shuffle_buffer = buffer});
        const Epoch first = load(stream, {.seed = 3, .batch_size = 9});
        std::vector<std::size_t> numbers = first.numbers;
        // None comes before the buffer has reached it.
        for (std::size_t i = 0; i < 100; ++i)
            CHECK(numbers[i] < i + buffer);
        CHECK((numbers == counted(100)) == (buffer == 1));
        for (std::size_t i = 0; i < 100; ++i)
            CHECK(first.inputs[2 * i + 1] == static_cast<float>(2 * numbers[i] + 1));
        std::sort(numbers.begin(), numbers.end());
        CHECK(numbers == counted(100));
        CHECK(load(stream, {.seed = 3, .batch_size = 9}, 0) == first);
        CHECK(load(stream, {.seed = 3, .batch_size = 32}, 4) == first);
        CHECK(load(stream, {.seed = 3, .shuffle = false}).numbers == counted(100));
        if (buffer > 1) {
            CHECK(load(stream, {.seed = 4}).numbers != first.numbers);
            CHECK(load(stream, {.seed = 3, .epoch = 1}).numbers != first.numbers);
        }
        const Epoch rest = load(stream, {.seed = 3, .batch_size = 9, .first_batch = 4});
        CHECK(std::equal(rest.numbers.begin(), rest.numbers.end(), first.numbers.begin() + 36,
                         first.numbers.end()));
    }
    CHECK(error_of([&] { data::Streamed(all, {.shuffle_buffer = 0}); }) ==
          "Streamed: expected a shuffle_buffer of 1 to 4294967295 samples, got 0");
}

TEST_CASE("CsvRows: rows of a file, in turn") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.csv";
    std::string text = "a,label,b\n";
    for (int i = 0; i < 50; ++i)
        text += std::to_string(i) + "," + std::to_string(i % 4) + "," + std::to_string(i) + ".5\n";
    write_gzip(path, text);
    const data::CsvRowsOptions options{
        .target_column = 1, .divisor = 2, .csv = {.header = true, .max_bytes = 10'000}};
    const data::CsvRows<> rows(path, options);
    // The whole file is never in memory, so that only a limit of its own counts.
    data::CsvRowsOptions limited = options;
    limited.csv.max_bytes = 1;
    CHECK(data::CsvRows<>(path, limited).size() == rows.size());
    limited.max_bytes = 1;
    CHECK(error_of([&] { data::CsvRows<>(path, limited); }) ==
          path + ": expected at most 1 bytes after unpacking, got more");
    CHECK(rows.size() == 50);
    CHECK(rows.input_shape() == Shape(2));
    const Epoch epoch = load(data::Streamed(rows), {.shuffle = false}, 2);
    for (std::size_t i = 0; i < 50; ++i) {
        CHECK(epoch.inputs[2 * i] == static_cast<float>(i) / 2);
        CHECK(epoch.inputs[2 * i + 1] == (static_cast<float>(i) + 0.5F) / 2);
        CHECK(epoch.labels[i] == i % 4);
    }
    const auto error = [&](const std::string& bytes, const data::CsvRowsOptions& with) {
        write_bytes(path, bytes);
        const std::string message = error_of([&] { data::CsvRows<>(path, with); });
        return message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message;
    };
    CHECK(error("1,2\n3,x\n", {}) == "line 2, column 2: expected a number, got 'x'");
    CHECK(error("1,2\n\n3,4\n", {}) == "line 2, column 1: expected a number, got ''");
    CHECK(error("1,2\n3\n", {}) == "line 2: expected 2 fields, got 1");
    CHECK(error("1,2\n1.5,2\n", {}) ==
          "line 2, column 1: expected a label (a whole number from 0 on), got 1.5");
    CHECK(error("1,2\n3,1e300\n", {}) ==
          "line 2, column 2: expected a number within the range of float, got 1e+300");
    CHECK(error("1,2\n3,nan\n", {}) == "line 2, column 2: expected a finite number, got 'nan'");
    CHECK(error("1,2\n3,nan\n", {.csv = {.allow_not_finite = true}}) == "(nothing was thrown)");
    CHECK(error("", {}) == "expected at least one row, got none");
    CHECK(error("1\n", {}) == "expected a target column below 1 and another column, got 0");
    CHECK(error("1,2,3\n", {.shape = Shape(3)}) == "expected a shape of 2 inputs, got one of 3");
    CHECK(error("\xFF\xFE\x31", {}) == "offset 0: expected text of UTF-8, got UTF-16 (little-endian)");
}

TEST_CASE("MappedRecords: records of several files, behind their headers") {
    const TemporaryDirectory directory;
    write_bytes(directory / "a", "HEAD1ab2cd");
    write_bytes(directory / "b", "HEAD");
    write_bytes(directory / "c", "HEAD3ef");
    const auto decode = [](std::span<const char> record, std::span<float> input, std::span<Label> target) {
        if (record[0] == '9')
            throw Error("expected no 9, got one");
        target[0] = static_cast<Label>(record[0] - '0');
        for (std::size_t i = 0; i < 2; ++i)
            input[i] = static_cast<float>(record[1 + i]);
    };
    const data::RecordFormat format{.record_bytes = 3, .header_bytes = 4, .input_shape = Shape(2)};
    const data::MappedRecords records({directory / "a", directory / "b", directory / "c"}, format, decode);
    CHECK(records.size() == 3);
    const Epoch epoch = load(records, {.shuffle = false});
    CHECK(epoch.labels == std::vector<Label>{1, 2, 3});
    CHECK(epoch.inputs == std::vector<float>{'a', 'b', 'c', 'd', 'e', 'f'});
    write_bytes(directory / "c", "HEAD3ef9gh");
    const data::MappedRecords bad({directory / "a", directory / "c"}, format, decode);
    CHECK(error_of([&] { load(bad, {.shuffle = false}, 2); }) ==
          (directory / "c") + ": offset 7: expected no 9, got one");
    write_bytes(directory / "c", "HEAD3e");
    CHECK(error_of([&] { data::MappedRecords({directory / "c"}, format, decode); }) ==
          (directory / "c") + ": expected 4 bytes and whole records of 3 bytes, got 6 bytes");
}

TEST_CASE("MappedFile: what is no file") {
    const TemporaryDirectory directory;
    CHECK(error_of([&] { data::MappedFile(directory.path()); }) ==
          directory.path() + ": can't be mapped: expected a file, got a directory");
    CHECK(error_of([&] { data::MappedFile("/dev/null"); }) ==
          "/dev/null: can't be mapped: expected a file, got a pipe or a device");
    CHECK(error_of([&] { data::MappedFile(directory / "none"); }) ==
          (directory / "none") + ": can't be opened: No such file or directory");
    write_bytes(directory / "empty", "");
    CHECK(data::MappedFile(directory / "empty").bytes().empty());
    write_bytes(directory / "file", "abc");
    const data::MappedFile copy = [&] { return data::MappedFile(directory / "file"); }();
    CHECK(std::string(copy.bytes().begin(), copy.bytes().end()) == "abc");
}
