#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/images/grey.hpp"
#include "burin/data/images/view.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data::images {

/// An image: row by row, channels last. Values of floats are 0 (black) to 1 (white), those of bytes 0 to 255.
/// One channel is grey, three are red, green and blue; a second or fourth one is opacity (alpha).
template <class Value>
struct ImageOf {
    static_assert(std::is_same_v<Value, float> || std::is_same_v<Value, double> ||
                      std::is_same_v<Value, std::uint8_t>,
                  "ImageOf: expected values of float, double or std::uint8_t");

    std::size_t height = 0;
    std::size_t width = 0;
    std::size_t channels = 1;
    std::vector<Value> values{};

    /// All black.
    static ImageOf black(std::size_t height, std::size_t width, std::size_t channels) {
        return {height, width, channels, std::vector<Value>(height * width * channels)};
    }

    View<Value> view() noexcept { return {values.data(), height, width, channels}; }
    View<const Value> view() const noexcept { return {values.data(), height, width, channels}; }
    Shape shape() const noexcept { return Shape(height, width, channels); }

    friend bool operator==(const ImageOf&, const ImageOf&) = default;
};

using Image = ImageOf<float>;
using ByteImage = ImageOf<std::uint8_t>;

/// How many channels a reader shall give. What is opaque in the file gets opacity 1 where that is asked for;
/// opacity that isn't asked for is left out, without mixing the colour with a background (as Pillow's
/// `convert` and torchvision's `decode_image`). Colour becomes grey by `grey`.
enum class Channels : std::uint8_t { as_in_file = 0, grey = 1, grey_alpha = 2, rgb = 3, rgb_alpha = 4 };

/// What the readers of images can be told.
struct ReadImageOptions {
    Channels channels = Channels::as_in_file;
    /// Turns and mirrors the image as its EXIF orientation says, so that what is up in the picture is up.
    bool orient = true;
    /// Most pixels: a small file can claim many. 64 Mi.
    std::size_t max_pixels = std::size_t{1} << 26;
    /// Most bytes of the file, and of memory that the decoder takes for its values.
    std::size_t max_bytes = max_file_bytes;
};

/// 0 … 255 become 0 … 1.
inline Image to_floats(const ByteImage& image) {
    Image result{image.height, image.width, image.channels, std::vector<float>(image.values.size())};
    std::transform(image.values.begin(), image.values.end(), result.values.begin(),
                   [](std::uint8_t value) { return static_cast<float>(value) / 255; });
    return result;
}

/// 0 … 1 become 0 … 255, rounded; what is beyond is clipped, and NaN becomes 0.
inline ByteImage to_bytes(const Image& image) {
    ByteImage result{image.height, image.width, image.channels,
                     std::vector<std::uint8_t>(image.values.size())};
    std::transform(image.values.begin(), image.values.end(), result.values.begin(), [](float value) {
        return static_cast<std::uint8_t>(value > 0 ? std::lround(std::min(value, 1.0F) * 255) : 0);
    });
    return result;
}

namespace detail {

/// Refuses extents beyond the limits. `bytes_a_pixel` is what decoding takes.
inline void check_extents(const std::string& name, std::size_t height, std::size_t width,
                          std::size_t bytes_a_pixel, const ReadImageOptions& options) {
    const std::size_t most = std::min(options.max_pixels, options.max_bytes / bytes_a_pixel);
    if (height == 0 || width == 0 || width > most / height)
        throw Error(name + ": expected an image of 1 to " + std::to_string(most) + " pixels (" +
                    (most == options.max_pixels
                         ? std::string(".max_pixels")
                         : ".max_bytes, of which a pixel takes " + std::to_string(bytes_a_pixel)) +
                    "), got " + std::to_string(width) + " x " + std::to_string(height));
}

/// A value of `bits` bits as Value, rounded.
template <class Value>
constexpr Value from_bits(unsigned value, unsigned bits) noexcept {
    if constexpr (std::is_same_v<Value, std::uint8_t>)
        return static_cast<Value>(bits == 8 ? value : (value * 255 + 32767) / 65535);
    else
        return static_cast<Value>(value) / static_cast<Value>((1u << bits) - 1);
}

/// What Value has for white and opaque.
template <class Value>
inline constexpr Value full = std::is_same_v<Value, std::uint8_t> ? Value(255) : Value(1);

/// The brightness of a colour: of bytes as Pillow rounds it.
template <class Value>
constexpr Value brightness(Value red, Value green, Value blue) noexcept {
    if constexpr (std::is_same_v<Value, std::uint8_t>)
        return static_cast<Value>((red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16);
    else
        return images::grey_of(red, green, blue);
}

/// The channels that are asked for, of one pixel that has `from`.
template <class Value>
constexpr void convert_pixel(const Value* in, std::size_t from, Value* out, std::size_t to) noexcept {
    const bool colour = from >= 3;
    if (to <= 2)
        out[0] = colour ? brightness(in[0], in[1], in[2]) : in[0];
    else
        for (std::size_t c = 0; c < 3; ++c)
            out[c] = in[colour ? c : 0];
    if (to % 2 == 0)
        out[to - 1] = from % 2 == 0 ? in[from - 1] : full<Value>;
}

/// Into the upright image of one that was taken with this EXIF orientation (1 to 8; others leave it).
template <class Value>
ImageOf<Value> oriented(ImageOf<Value> image, unsigned orientation) {
    if (orientation < 2 || orientation > 8)
        return image;
    const bool swaps = orientation >= 5;
    auto result = ImageOf<Value>::black(swaps ? image.width : image.height,
                                        swaps ? image.height : image.width, image.channels);
    const bool mirrors_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool mirrors_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    for (std::size_t y = 0; y < result.height; ++y)
        for (std::size_t x = 0; x < result.width; ++x) {
            const std::size_t row = swaps ? x : y, column = swaps ? y : x;
            const std::size_t from_y = mirrors_y ? image.height - 1 - row : row;
            const std::size_t from_x = mirrors_x ? image.width - 1 - column : column;
            std::copy_n(image.view().pixel(from_y, from_x), image.channels, result.view().pixel(y, x));
        }
    return result;
}

/// The orientation that EXIF data (a TIFF header and what follows) tell, 1 where they tell none or are
/// damaged: they are a hint, not the picture. CIPA DC-008, "Exchangeable image file format", tag 0x0112.
constexpr unsigned exif_orientation(std::string_view exif) noexcept {
    const auto byte = [&](std::size_t at) {
        return static_cast<unsigned>(static_cast<unsigned char>(exif[at]));
    };
    if (exif.size() < 8 || !(exif.starts_with("II") || exif.starts_with("MM")))
        return 1;
    const bool little = exif[0] == 'I';
    const auto two = [&](std::size_t at) {
        return little ? byte(at) | byte(at + 1) << 8 : byte(at) << 8 | byte(at + 1);
    };
    const auto four = [&](std::size_t at) {
        return little ? two(at) | two(at + 2) << 16 : two(at) << 16 | two(at + 2);
    };
    const std::size_t first = four(4);
    if (two(2) != 42 || first > exif.size() || exif.size() - first < 2)
        return 1;
    const std::size_t entries = std::min<std::size_t>(two(first), (exif.size() - first - 2) / 12);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = first + 2 + 12 * i;
        if (two(entry) == 0x0112 && two(entry + 2) == 3)
            return two(entry + 8) >= 1 && two(entry + 8) <= 8 ? two(entry + 8) : 1;
    }
    return 1;
}

} // namespace detail

} // namespace burin::data::images
