#include "burin/data/digits.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

using burin::Label;
using burin::Shape;
using burin::data::Dataset;

namespace {

/// An IDX file of bytes.
std::string idx(const std::vector<unsigned char>& extents, const std::vector<unsigned char>& values) {
    std::string bytes{0, 0, 8, static_cast<char>(extents.size())};
    for (unsigned char extent : extents)
        bytes += {0, 0, 0, static_cast<char>(extent)};
    return bytes + std::string(values.begin(), values.end());
}

/// Images of one grey value each.
std::string images(const std::vector<unsigned char>& greys, unsigned char width = 28) {
    std::vector<unsigned char> values;
    for (unsigned char grey : greys)
        values.insert(values.end(), std::size_t{28} * width, grey);
    return idx({static_cast<unsigned char>(greys.size()), 28, width}, values);
}

std::string labels(const std::vector<unsigned char>& values) {
    return idx({static_cast<unsigned char>(values.size())}, values);
}

} // namespace

TEST_CASE("load_digits: reads the digits that come with Burin") {
    const Dataset<> digits = burin::data::load_digits(BURIN_EXAMPLE_DATA "/digits.csv");
    CHECK(digits.size() == 1797);
    CHECK(digits.input_shape() == Shape(8, 8));
    std::array<std::size_t, 10> counts{};
    float lowest = 1, highest = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        ++counts.at(digits.target(i)[0]);
        lowest = std::min(lowest, *std::min_element(digits.input(i).begin(), digits.input(i).end()));
        highest = std::max(highest, *std::max_element(digits.input(i).begin(), digits.input(i).end()));
    }
    // As scikit-learn's documentation of load_digits and the data set's own description count them.
    CHECK(counts == std::array<std::size_t, 10>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
    CHECK(lowest == 0);
    CHECK(highest == 1);
    // The first image is a 0 whose first row is 0 0 5 13 9 1 0 0.
    CHECK(digits.target(0)[0] == 0);
    CHECK(digits.input(0)[2] == 5.0f / 16);
    CHECK(digits.input(0)[5] == 1.0f / 16);
}

TEST_CASE("load_digits: refuses other tables") {
    const TemporaryDirectory directory;
    const std::string path = directory / "digits.csv";
    write_bytes(path, "1,2,3\n");
    CHECK(error_of([&] { burin::data::load_digits(path); }) ==
          path + ": line 1: expected 65 fields (64 grey values and the digit), got 3");
    std::string row;
    for (int i = 0; i < 64; ++i)
        row += "0,";
    write_bytes(path, row + "9\n" + row + "10\n");
    CHECK(error_of([&] { burin::data::load_digits(path); }) ==
          path + ": Dataset: sample 1: expected a label below 10, got 10");
    write_bytes(path, row + "x\n");
    CHECK(error_of([&] { burin::data::load_digits(path); }) ==
          path + ": line 1, column 65: expected a number, got 'x'");
}

TEST_CASE("load_mnist: reads the four files, plain or gzip, under either of their names") {
    const TemporaryDirectory directory;
    write_gzip(directory / "train-images-idx3-ubyte.gz", images({0, 51, 255}));
    write_gzip(directory / "train-labels-idx1-ubyte.gz", labels({7, 0, 9}));
    write_bytes(directory / "t10k-images.idx3-ubyte", images({102}));
    write_bytes(directory / "t10k-labels.idx1-ubyte", labels({4}));
    const auto [train, test] = burin::data::load_mnist(directory.path());
    CHECK(train.size() == 3);
    CHECK(train.input_shape() == Shape(28, 28));
    CHECK(train.target(2)[0] == 9);
    CHECK(train.input(1)[0] == 51.0f / 255);
    CHECK(train.input(2)[783] == 1);
    CHECK(test.size() == 1);
    CHECK(test.target(0)[0] == 4);
    CHECK(test.input(0)[300] == 102.0f / 255);
}

TEST_CASE("load_mnist: refuses files that are missing or do not belong together") {
    const TemporaryDirectory directory;
    const std::string images_path = directory / "train-images-idx3-ubyte";
    const std::string labels_path = directory / "train-labels-idx1-ubyte";
    const auto error = [&] { return error_of([&] { burin::data::load_mnist(directory.path()); }); };
    CHECK(error() == directory.path() + ": expected the file train-images-idx3-ubyte or "
                                        "train-images-idx3-ubyte.gz, got neither");
    write_bytes(images_path, images({1, 2}, 27));
    write_bytes(labels_path, labels({1, 2, 3}));
    CHECK(error() == images_path + ": offset 4: expected images of 28 × 28, got 2 × 28 × 27");
    write_bytes(images_path, images({1, 2}));
    CHECK(error() == labels_path + ": offset 4: expected a label for each of 2 images, got 3");
    write_bytes(labels_path, labels({1, 10}));
    CHECK(error() == labels_path + ": Dataset: sample 1: expected a label below 10, got 10");
}
