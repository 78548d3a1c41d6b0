// Decoders and encoders of image files.

#include "burin/data/image_folder.hpp"
#include "burin/data/images/encode_png.hpp"
#include "burin/data/images/read_image.hpp"
#include "burin/data/images/sample.hpp"

#include "reference/image_files.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace images = burin::data::images;
namespace files = reference::image_files;
using images::ByteImage;
using images::Channels;

namespace {

using Bytes = std::span<const unsigned char>;

std::string_view text(Bytes file) {
    return {reinterpret_cast<const char*>(file.data()), file.size()};
}

void check_bytes(const char* what, Bytes file, Bytes values, std::size_t channels, int tolerance = 0,
                 const images::ReadImageOptions& options = {}, std::size_t height = 5) {
    CAPTURE(what);
    const ByteImage image = images::decode_image<std::uint8_t>(text(file), what, options);
    CHECK(image.height == height);
    CHECK(image.channels == channels);
    REQUIRE(image.values.size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(image.values[i] - values[i]) <= tolerance);
    }
}

} // namespace

TEST_CASE("decode_png: every kind of pixel is what Pillow reads") {
    check_bytes("grey", files::grey_file, files::grey_values, 1);
    check_bytes("one bit", files::one_bit_file, files::one_bit_values, 1);
    check_bytes("grey and opacity", files::grey_alpha_file, files::grey_alpha_values, 2);
    check_bytes("rgb", files::rgb_file, files::rgb_values, 3);
    check_bytes("rgba", files::rgba_file, files::rgba_values, 4);
    check_bytes("palette", files::palette_file, files::palette_values, 3);
    check_bytes("palette with a transparent colour", files::palette_alpha_file, files::palette_alpha_values,
                4);
    check_bytes("turned", files::png_turned_file, files::png_turned_values, 3, 0, {}, 7);
}

TEST_CASE("decode_png: 16 bits are kept as floats and rounded as bytes") {
    const images::Image image = images::decode_png(text(files::deep_file), "deep");
    const ByteImage rounded = images::decode_png<std::uint8_t>(text(files::deep_file), "deep");
    REQUIRE(image.values.size() == std::size(files::deep_values));
    for (std::size_t i = 0; i < image.values.size(); ++i) {
        CHECK(std::abs(static_cast<double>(image.values[i]) - files::deep_values[i]) < 1e-7);
        CHECK(rounded.values[i] == std::lround(files::deep_values[i] * 255));
    }
}

TEST_CASE("decode_image: channels are those that are asked for") {
    const auto read = [](Bytes file, Channels channels) {
        return images::decode_image<std::uint8_t>(text(file), "file", {.channels = channels});
    };
    const ByteImage grey = read(files::rgb_file, Channels::grey);
    REQUIRE(grey.values.size() == 35);
    for (std::size_t i = 0; i < 35; ++i) {
        const unsigned char* const rgb = files::rgb_values + 3 * i;
        CHECK(grey.values[i] == std::lround((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471) / 65536.0));
    }
    const ByteImage opaque = read(files::grey_file, Channels::rgb_alpha);
    REQUIRE(opaque.values.size() == 140);
    for (std::size_t i = 0; i < 35; ++i)
        for (std::size_t c = 0; c < 4; ++c)
            CHECK(opaque.values[4 * i + c] == (c == 3 ? 255 : files::grey_values[i]));
    // Opacity is left out, not mixed with a background.
    const ByteImage without = read(files::rgba_file, Channels::rgb);
    const images::Image with =
        images::decode_image(text(files::grey_alpha_file), "file", {.channels = Channels::grey_alpha});
    for (std::size_t i = 0; i < 35; ++i) {
        CHECK(std::equal(&without.values[3 * i], &without.values[3 * i] + 3, files::rgba_values + 4 * i));
        CHECK(with.values[2 * i + 1] == static_cast<float>(files::grey_alpha_values[2 * i + 1]) / 255);
    }
    CHECK(read(files::jpeg_rgb_file, Channels::grey_alpha).channels == 2);
}

TEST_CASE("decode_jpeg: grey, colour and progressive files are what Pillow reads, within a step of 255") {
    check_bytes("grey", files::jpeg_grey_file, files::jpeg_grey_values, 1, 1);
    check_bytes("rgb", files::jpeg_rgb_file, files::jpeg_rgb_values, 3, 1, {}, 9);
    check_bytes("progressive", files::jpeg_progressive_file, files::jpeg_progressive_values, 3, 1, {}, 9);
}

TEST_CASE("decode_jpeg: CMYK becomes colour") {
    std::vector<unsigned char> colours;
    for (std::size_t i = 0; i < 35; ++i)
        for (std::size_t c = 0; c < 3; ++c) {
            const unsigned char* const inks = files::jpeg_cmyk_values + 4 * i;
            colours.push_back(static_cast<unsigned char>((255 - inks[c]) * (255 - inks[3]) / 255));
        }
    check_bytes("cmyk", files::jpeg_cmyk_file, colours, 3, 2);
}

TEST_CASE("decode_jpeg: an image is turned as its EXIF orientation says, if that is wished") {
    const Bytes all[][2] = {{files::jpeg_turned1_file, files::jpeg_turned1_values},
                            {files::jpeg_turned2_file, files::jpeg_turned2_values},
                            {files::jpeg_turned3_file, files::jpeg_turned3_values},
                            {files::jpeg_turned4_file, files::jpeg_turned4_values},
                            {files::jpeg_turned5_file, files::jpeg_turned5_values},
                            {files::jpeg_turned6_file, files::jpeg_turned6_values},
                            {files::jpeg_turned7_file, files::jpeg_turned7_values},
                            {files::jpeg_turned8_file, files::jpeg_turned8_values}};
    for (std::size_t i = 0; i < 8; ++i) {
        CAPTURE(i + 1);
        check_bytes("turned", all[i][0], all[i][1], 1, 1, {}, i < 4 ? 2 : 3);
        check_bytes("as it is", all[i][0], files::jpeg_turned1_values, 1, 1, {.orient = false}, 2);
    }
}

TEST_CASE("encode_png: what is written is read again, whatever its channels and extents") {
    for (const std::size_t channels : {1u, 2u, 3u, 4u})
        for (const std::size_t width : {1u, 13u}) {
            ByteImage image = ByteImage::black(3, width, channels);
            for (std::size_t i = 0; i < image.values.size(); ++i)
                image.values[i] = static_cast<std::uint8_t>(i * 37);
            const std::string file = images::encode_png(image);
            CHECK(images::decode_png<std::uint8_t>(file, "written") == image);
        }
    CHECK(error_of([] { images::encode_png(ByteImage::black(2, 2, 5)); }) ==
          "encode_png: expected 1 to 4 channels, got 5");
    CHECK(error_of([] {
              images::encode_png(ByteImage::black(0, 2, 1));
          }).starts_with("encode_png: expected an image of 1 to "));
}

TEST_CASE("encode_jpeg: what is written is read again, nearly") {
    ByteImage image = ByteImage::black(16, 17, 3);
    for (std::size_t y = 0; y < 16; ++y)
        for (std::size_t x = 0; x < 17; ++x)
            for (std::size_t c = 0; c < 3; ++c)
                image.view().pixel(y, x)[c] = static_cast<std::uint8_t>(60 + 5 * y + 4 * x + 10 * c);
    const ByteImage read = images::decode_jpeg<std::uint8_t>(images::encode_jpeg(image, 95), "written");
    REQUIRE(read.values.size() == image.values.size());
    for (std::size_t i = 0; i < read.values.size(); ++i)
        CHECK(std::abs(read.values[i] - image.values[i]) <= 6);
    CHECK(error_of([&] { images::encode_jpeg(image, 0); }) ==
          "encode_jpeg: expected a quality of 1 to 100, got 0");
    CHECK(error_of([] { images::encode_jpeg(ByteImage::black(1, 1, 2)); }) ==
          "encode_jpeg: expected 1 or 3 channels, got 2");
    CHECK(error_of([] {
              images::encode_jpeg(ByteImage::black(1, 70'000, 1));
          }).starts_with("encode_jpeg: expected an image of 1 to 65500 pixels a side, got 70000 x 1"));
}

TEST_CASE("read_image: tells the format by the first bytes, also of what is packed") {
    const TemporaryDirectory directory;
    const std::string path = directory / "picture.txt";
    write_bytes(path, text(files::rgb_file));
    CHECK(images::read_image<std::uint8_t>(path).channels == 3);
    write_gzip(path, text(files::jpeg_grey_file));
    CHECK(images::read_image(path).channels == 1);
    write_bytes(path, "GIF89a\x01");
    CHECK(error_of([&] { images::read_image(path); }) ==
          path + ": expected a PNG or JPEG file, got 'GIF89a\\x01'");
    write_bytes(path, "");
    CHECK(error_of([&] { images::read_image(path); }) ==
          path + ": expected a PNG or JPEG file, got an empty one");
}

TEST_CASE("ImageFolder: reads a folder of images by class") {
    const TemporaryDirectory directory;
    for (const char* name : {"cat", "dog"})
        std::filesystem::create_directory(directory / name);
    write_bytes(directory / "cat/1.png", text(files::rgb_file));
    write_bytes(directory / "dog/1.jpg", text(files::jpeg_rgb_file));
    write_bytes(directory / "dog/2.jpeg", text(files::jpeg_grey_file));
    const burin::data::ImageFolder folder(directory.path(), [](const std::string& path) {
        return images::resized(images::read_image(path, {.channels = Channels::rgb}), 6, 4);
    });
    const auto set = folder.load();
    CHECK(folder.classes() == std::vector<std::string>{"cat", "dog"});
    CHECK(set.input_shape() == burin::Shape(6, 4, 3));
    CHECK(set.labels() == std::vector<burin::Label>{0, 1, 1});
    write_bytes(directory / "dog/2.jpeg", text(files::jpeg_grey_file).substr(0, 200));
    CHECK(error_of([&] { folder.load(); }).find("dog/2.jpeg: expected a whole JPEG image") !=
          std::string::npos);
}

TEST_CASE("to_bytes: rounds and clips; to_floats gives it back") {
    const images::Image image{1, 6, 1, {0, 1, 0.5F, -2, 7, std::nanf("")}};
    CHECK(images::to_bytes(image).values == std::vector<std::uint8_t>{0, 255, 128, 0, 255, 0});
    ByteImage all = ByteImage::black(16, 16, 1);
    for (std::size_t i = 0; i < 256; ++i)
        all.values[i] = static_cast<std::uint8_t>(i);
    CHECK(images::to_bytes(images::to_floats(all)) == all);
}
