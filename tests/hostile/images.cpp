// Image files that are cut short, damaged, or claim more than they hold.

#include "burin/data/images/encode_png.hpp"
#include "burin/data/images/read_image.hpp"

#include "reference/image_files.hpp"
#include "support/allocations.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace images = burin::data::images;
namespace files = reference::image_files;
using images::ByteImage;

namespace {

std::string text(std::span<const unsigned char> file) {
    return {reinterpret_cast<const char*>(file.data()), file.size()};
}

std::string error(const std::string& file, const images::ReadImageOptions& options = {}) {
    return error_of([&] { images::decode_image<std::uint8_t>(file, "it", options); });
}

/// A grey PNG of 8 bits that claims these extents and has these bytes, packed, for its lines.
std::string claiming(std::size_t width, std::size_t height, const std::string& lines) {
    std::string header, file("\x89PNG\r\n\x1a\n"), packed(compressBound(lines.size()), '\0');
    images::detail::append_big_endian(header, width);
    images::detail::append_big_endian(header, height);
    header += std::string("\x08\0\0\0\0", 5);
    uLongf size = packed.size();
    compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(lines.data()),
             lines.size());
    packed.resize(size);
    images::detail::append_chunk(file, "IHDR", header);
    images::detail::append_chunk(file, "IDAT", packed);
    images::detail::append_chunk(file, "IEND", {});
    return file;
}

/// The same JPEG with other extents in its frame header.
std::string with_extents(std::string file, std::size_t height, std::size_t width) {
    std::size_t frame = file.find("\xff\xc0");
    if (frame == std::string::npos)
        frame = file.find("\xff\xc2");
    const std::size_t values[] = {height >> 8, height, width >> 8, width};
    for (std::size_t i = 0; i < 4; ++i)
        file[frame + 5 + i] = static_cast<char>(values[i]);
    return file;
}

} // namespace

TEST_CASE("decode_png: a file cut short is an Error, wherever it is cut") {
    for (const std::string& whole : {text(files::rgb_file), text(files::palette_alpha_file)})
        for (std::size_t length = 0; length < whole.size(); ++length) {
            CAPTURE(length);
            CHECK(error(whole.substr(0, length)).starts_with("it: expected a "));
        }
    CHECK(error(text(files::rgb_file).substr(0, 60)) ==
          "it: expected a whole PNG image, got one whose end is missing");
}

TEST_CASE("decode_jpeg: a file cut short is an Error, wherever it is cut") {
    for (const std::string& whole :
         {text(files::jpeg_grey_file), text(files::jpeg_rgb_file), text(files::jpeg_progressive_file)})
        for (std::size_t length = 0; length < whole.size(); length += length + 9 < whole.size() ? 7u : 1u) {
            CAPTURE(length);
            CHECK(error(whole.substr(0, length)).starts_with("it: expected a "));
        }
    CHECK(error(text(files::jpeg_grey_file).substr(0, 300)) ==
          "it: expected a whole JPEG image, got a damaged one: Premature end of JPEG file");
}

TEST_CASE("decode_png: bytes that changed are an Error") {
    const std::string whole = text(files::rgb_file);
    for (std::size_t i = 8; i < whole.size(); ++i) {
        CAPTURE(i);
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
        CHECK(error(damaged).starts_with("it: expected "));
    }
}

TEST_CASE("decode_image: what a small file claims has a limit") {
    const std::string wide = claiming(60'000, 60'000, std::string(1000, '\0'));
    CHECK(error(wide) == "it: expected an image of 1 to 67108864 pixels (.max_pixels), got 60000 x 60000");
    CHECK(error(claiming(0x7FFFFFFF, 0x7FFFFFFF, "")).starts_with("it: expected an image of 1 to 67108864"));
    CHECK(error(claiming(0, 5, "")).starts_with("it: expected a"));
    // Within the limit, and more than its bytes can be unpacked to: nothing is allocated for it.
    std::string message;
    CHECK(allocations::peak_of([&] { message = error(claiming(8000, 8000, "")); }) < 100'000);
    CHECK(message.starts_with("it: expected the values of 8000 x 8000 pixels, got "));
    // Rows of less than a byte are a byte, and one for the filter.
    CHECK(allocations::peak_of([&] { message = error(claiming(1, 50'000'000, "")); }) < 100'000);
    CHECK(message.starts_with("it: expected the values of 1 x 50000000 pixels, got "));
    // A bomb that holds what it claims is refused by the limit that is set.
    const std::string bomb = claiming(4000, 4000, std::string(4000 * 4001, '\0'));
    REQUIRE(bomb.size() < 20'000);
    CHECK(error(bomb, {.max_pixels = 1'000'000}) ==
          "it: expected an image of 1 to 1000000 pixels (.max_pixels), got 4000 x 4000");
    CHECK(error(bomb, {.max_bytes = 1'000'000})
              .starts_with("it: expected an image of 1 to 125000 pixels (.max_bytes, of which a pixel takes 8), "
                          "got 4000 x 4000"));
    // More lines than the image has are never unpacked.
    const std::string more = claiming(2, 2, std::string(60'000'000, '\0'));
    CHECK(allocations::peak_of([&] { message = error(more); }) < 100'000);
    CHECK(message == "(nothing was thrown)");
}

TEST_CASE("decode_jpeg: what a small file claims has a limit") {
    for (const std::string& whole : {text(files::jpeg_rgb_file), text(files::jpeg_progressive_file)}) {
        CHECK(error(with_extents(whole, 65'500, 65'500)) ==
              "it: expected an image of 1 to 67108864 pixels (.max_pixels), got 65500 x 65500");
        std::string message;
        CHECK(allocations::peak_of([&] { message = error(with_extents(whole, 8000, 8000)); }) < 1'000'000);
        CHECK(message.starts_with("it: expected a whole JPEG image, got a damaged one: "));
    }
    // The coefficients of a progressive file are all kept.
    CHECK(error(with_extents(text(files::jpeg_progressive_file), 4000, 4000), {.max_bytes = 20'000'000})
              .starts_with("it: expected "));
    CHECK(error(with_extents(text(files::jpeg_rgb_file), 0, 8)).starts_with("it: expected a"));
}

TEST_CASE("decode_image: no memory is an Error") {
    const std::string file = claiming(2000, 2000, std::string(2000 * 2001, '\0'));
    allocations::most = allocations::current + 1'000'000;
    const std::string message = error(file);
    allocations::most = std::numeric_limits<std::size_t>::max();
    CHECK(message == "it: expected what fits into memory, got more");
}

TEST_CASE("exif_orientation: damaged data tell none") {
    using namespace std::string_literals;
    using images::detail::exif_orientation;
    const std::string whole = "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"s;
    CHECK(exif_orientation(whole) == 6);
    for (std::size_t length = 0; length < whole.size(); ++length)
        CHECK(exif_orientation(whole.substr(0, length)) == 1);
    CHECK(exif_orientation("II*\0\xff\xff\xff\xff\x01\0"s) == 1);
    CHECK(exif_orientation("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0"s) == 3);
    CHECK(exif_orientation("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0"s) == 1);
}
