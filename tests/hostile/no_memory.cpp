// Memory that runs out at each allocation of each reader, one after the other, is an Error, and nothing else.

#include "burin/data/csv.hpp"
#include "burin/data/digits.hpp"
#include "burin/data/idx.hpp"
#include "burin/data/preprocessing.hpp"
#include "burin/data/read_file.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"
#include "support/refused_memory.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

namespace data = burin::data;

TEST_CASE("readers: memory that runs out anywhere is an Error") {
    const TemporaryDirectory directory;
    const std::string table = directory / "table.csv", digits = directory / "digits.csv";
    const std::string folder = directory.path();
    write_gzip(table, "a,b\n1,2\n3,4\n");
    std::string row;
    for (int i = 0; i < 64; ++i)
        row += "1,";
    write_bytes(digits, row + "7\n");
    const std::string image =
        std::string("\0\0\x08\x03\0\0\0\x01\0\0\0\x1c\0\0\0\x1c", 16) + std::string(784, 'x');
    const std::string label("\0\0\x08\x01\0\0\0\x01\x07", 9);
    for (const char* part : {"train", "t10k"}) {
        write_bytes(directory / (std::string(part) + "-images-idx3-ubyte"), image);
        write_bytes(directory / (std::string(part) + "-labels-idx1-ubyte"), label);
    }
    const std::string images = directory / "train-images-idx3-ubyte";

    CHECK(refusals([&] { data::read_file(table); }) >= 3);
    CHECK(refusals([&] { data::csv::read_text(table); }) >= 3);
    CHECK(refusals([&] { data::csv::read(table, {.header = true}); }) >= 3);
    CHECK(refusals([&] { data::idx::read<float>(images); }) >= 3);
    CHECK(refusals([&] { data::load_digits(digits); }) >= 5);
    CHECK(refusals([&] { data::load_mnist(folder); }) >= 10);

    const data::Dataset<> samples = data::load_digits(digits);
    CHECK(refusals([&] { data::standardize(samples); }) >= 2);
    CHECK(refusals([&] { data::normalize(samples); }) >= 2);
    CHECK(refusals([&] { data::one_hot(samples, 10); }) >= 2);
    const data::FeatureScaling scaling = data::normalize(samples);
    CHECK(refusals([&] { scaling(samples); }) >= 2);
}
