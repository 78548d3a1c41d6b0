#include "burin/report/image.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace burin;

namespace {

std::size_t big_endian(const std::string& bytes, std::size_t at) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = number * 256 + static_cast<std::uint8_t>(bytes.at(at + i));
    return number;
}

struct Decoded {
    std::size_t width = 0, height = 0, channels = 0;
    std::vector<int> pixels{};
};

/// Reads what the library writes, chunk by chunk.
Decoded decode(const std::string& file) {
    REQUIRE(file.substr(0, 8) == std::string("\x89PNG\r\n\x1a\n"));
    std::size_t at = 8;
    const auto chunk = [&](const char* type) {
        const std::size_t size = big_endian(file, at);
        REQUIRE(file.substr(at + 4, 4) == type);
        const std::string data = file.substr(at + 8, size);
        const auto* const checked = reinterpret_cast<const Bytef*>(file.data() + at + 4);
        CHECK(big_endian(file, at + 8 + size) == crc32(0, checked, static_cast<uInt>(size + 4)));
        at += 12 + size;
        return data;
    };
    const std::string header = chunk("IHDR");
    REQUIRE(header.size() == 13);
    Decoded image{big_endian(header, 0), big_endian(header, 4), header[9] == 0 ? 1u : 3u, {}};
    CHECK(header.substr(8) == std::string(1, '\x08') + std::string(1, header[9]) + std::string(3, '\0'));
    const std::string data = chunk("IDAT");
    CHECK(chunk("IEND").empty());
    CHECK(at == file.size());
    std::vector<Bytef> lines(image.height * (1 + image.width * image.channels));
    auto size = static_cast<uLongf>(lines.size());
    REQUIRE(uncompress(lines.data(), &size, reinterpret_cast<const Bytef*>(data.data()),
                       static_cast<uLong>(data.size())) == Z_OK);
    REQUIRE(size == lines.size());
    for (std::size_t y = 0, i = 0; y < image.height; ++y) {
        CHECK(lines[i++] == 0);
        for (std::size_t x = 0; x < image.width * image.channels; ++x)
            image.pixels.push_back(lines[i++]);
    }
    return image;
}

} // namespace

TEST_CASE("png: grey images beside and below each other, clipped, on white") {
    const std::vector<float> images{0, 0.2F, 0.4F, 0.6F, -3, 7, 0, 1, 1, 0, 0, 1};
    const Decoded image = decode(report::png(images, Shape(2, 2), {.columns = 2, .magnification = 1}));
    CHECK(image.width == 7);
    CHECK(image.height == 7);
    CHECK(image.channels == 1);
    CHECK(image.pixels == std::vector<int>{255, 255, 255, 255, 255, 255, 255, //
                                           255, 0,   51,  255, 0,   255, 255, //
                                           255, 102, 153, 255, 0,   255, 255, //
                                           255, 255, 255, 255, 255, 255, 255, //
                                           255, 255, 0,   255, 255, 255, 255, //
                                           255, 0,   255, 255, 255, 255, 255, //
                                           255, 255, 255, 255, 255, 255, 255});
}

TEST_CASE("png: magnified, without gaps, of another range") {
    const std::vector<float> images{-1, 1};
    const Decoded image =
        decode(report::png(images, Shape(1, 2, 1), {.magnification = 2, .gap = 0, .low = -1, .high = 1}));
    CHECK(image.width == 4);
    CHECK(image.height == 2);
    CHECK(image.pixels == std::vector<int>{0, 0, 255, 255, 0, 0, 255, 255});
}

TEST_CASE("png: what is no number is black") {
    const std::vector<float> images{std::nanf(""), 1};
    CHECK(decode(report::png(images, Shape(1, 2), {.magnification = 1, .gap = 0})).pixels ==
          std::vector<int>{0, 255});
}

TEST_CASE("png: colours, channels last") {
    const std::vector<float> images{1, 0, 0, 0, 0.6F, 1};
    const Decoded image = decode(report::png(images, Shape(1, 2, 3), {.magnification = 1, .gap = 0}));
    CHECK(image.channels == 3);
    CHECK(image.pixels == std::vector<int>{255, 0, 0, 0, 153, 255});
}

TEST_CASE("png: refuses what are no images") {
    const std::vector<float> values(12);
    CHECK(error_of([&] { report::png(values, Shape(12)); }) ==
          "png: expected images of shape [height, width], [height, width, 1] or [height, width, 3]");
    CHECK(error_of([&] { report::png(values, Shape(5, 2)); }) ==
          "png: expected whole images of 10 values, got 12 values");
    CHECK(error_of([&] { report::png({}, Shape(5, 2)); }) ==
          "png: expected whole images of 10 values, got 0 values");
    for (const report::ImageGrid& wrong :
         {report::ImageGrid{.columns = 0}, report::ImageGrid{.magnification = 0},
          report::ImageGrid{.low = 1}})
        CHECK(error_of([&] { report::png(values, Shape(2, 2), wrong); }) ==
              "png: expected at least one column, a magnification of at least 1 and low < high");
}

TEST_CASE("png: a picture larger than any screen is refused before memory is asked for") {
    const std::vector<float> values(12);
    constexpr std::size_t huge = std::size_t{1} << 62;
    for (const report::ImageGrid& wrong :
         {report::ImageGrid{.magnification = huge}, report::ImageGrid{.gap = huge},
          report::ImageGrid{.gap = ~std::size_t{0}}, report::ImageGrid{.magnification = std::size_t{1} << 32},
          report::ImageGrid{.magnification = 100'000}})
        CHECK(error_of([&] {
                  report::png(values, Shape(2, 2), wrong);
              }).starts_with("png: expected a picture of at most 1073741824 bytes, got a gap of "));
}
