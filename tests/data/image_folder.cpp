#include "burin/data/image_folder.hpp"
#include "burin/data/loader.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace data = burin::data;
using burin::Label;
using burin::Shape;

namespace {

/// A file of digits: the height, the width, and then a value for each pixel.
struct Picture {
    std::size_t height = 0, width = 0, channels = 1;
    std::vector<float> values{};
};

constexpr auto decode = [](const std::string& path) {
    const std::string bytes = bytes_of(path);
    Picture picture{static_cast<std::size_t>(bytes[0] - '0'), static_cast<std::size_t>(bytes[1] - '0')};
    for (const char digit : bytes.substr(2))
        picture.values.push_back(static_cast<float>(digit - '0'));
    return picture;
};

} // namespace

TEST_CASE("ImageFolder: images by class, sorted, read when they are asked for or all at once") {
    const TemporaryDirectory directory;
    for (const char* name : {"dog", "cat"})
        std::filesystem::create_directories(directory / name);
    write_bytes(directory / "dog/b.JPG", "123"
                                         "4");
    write_bytes(directory / "dog/a.png", "1256");
    write_bytes(directory / "cat/z.jpeg", "1278");
    const data::ImageFolder pets(directory.path(), decode);
    CHECK(pets.size() == 3);
    CHECK(pets.input_shape() == Shape(1, 2, 1));
    CHECK(pets.classes() == std::vector<std::string>{"cat", "dog"});
    CHECK(pets.files()[1] == directory / "dog/a.png");
    const data::Dataset<> all = pets.load();
    CHECK(all.labels() == std::vector<Label>{0, 1, 1});
    CHECK(all.input(0)[0] == 7);
    CHECK(all.input(2)[1] == 4);
    const data::Loader loader(pets, {.workers = 2});
    auto batches = loader.batches({.batch_size = 3, .shuffle = false});
    const auto* const batch = batches.next();
    REQUIRE(batch != nullptr);
    CHECK(std::vector<float>(batch->inputs().begin(), batch->inputs().end()) ==
          std::vector<float>{7, 8, 5, 6, 3, 4});
    // The labels of the training set for another one.
    const data::ImageFolder others(directory.path(), decode, {.classes = {"dog", "bird", "cat"}});
    CHECK(others.labels() == std::vector<Label>{2, 0, 0});
}

TEST_CASE("ImageFolder: an image of another size, and a file that is none") {
    const TemporaryDirectory directory;
    std::filesystem::create_directories(directory / "dog");
    write_bytes(directory / "dog/a.png", "1256");
    write_bytes(directory / "dog/b.png", "2156");
    const data::ImageFolder dogs(directory.path(), decode);
    const std::string expected = (directory / "dog/b.png") + ": expected an image of [1, 2, 1], as " +
                                 (directory / "dog/a.png") + ", got [2, 1, 1]";
    CHECK(error_of([&] { dogs.load(); }) == expected);
    CHECK(error_of([&] {
              const data::Loader loader(dogs);
              auto batches = loader.batches();
              batches.next();
          }) == expected);
    write_bytes(directory / "dog/Thumbs.db", "");
    CHECK(error_of([&] { data::ImageFolder(directory.path(), decode); }) ==
          (directory / "dog/Thumbs.db") +
              ": expected a name that ends in .png, .jpg, .jpeg, got 'Thumbs.db'");
}
