#pragma once

// Needs libspng.

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/images/image.hpp"

#include <spng.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data::images {

/// Whether these bytes begin as a PNG file does.
constexpr bool is_png(std::string_view bytes) noexcept {
    using namespace std::string_view_literals;
    return bytes.starts_with("\x89PNG\r\n\x1a\n"sv);
}

/// The image of a PNG file in memory; `name` is what messages call it.
///
/// Grey of 1 to 16 bits, colour, palettes and opacity are read; values of 16 bits keep them as floats, and
/// are rounded as bytes. Without `options.channels` there are as many as in the file: a palette becomes red,
/// green and blue, a transparent colour a channel of opacity. Colour profiles and gamma are ignored.
///
/// Throws Error, naming the file: if it is none, is damaged or cut short (anywhere, check sums are compared),
/// has more pixels or needs more bytes than `options` allow, or claims more than its size can hold.
template <class Value = float>
ImageOf<Value> decode_png(std::string_view bytes, const std::string& name,
                          const ReadImageOptions& options = {}) {
    return core::within_memory(name, [&] {
        const auto check = [&](int code) {
            if (code == SPNG_EMEM)
                throw std::bad_alloc();
            if (code != SPNG_OK)
                throw Error(name + ": expected a whole PNG image, got a damaged one: " + spng_strerror(code));
        };
        if (!is_png(bytes))
            throw Error(name + ": expected a PNG file, got " + burin::core::quoted(bytes.substr(0, 8)));
        // The last chunk, which is always the same; libspng does without its check sum.
        using namespace std::string_view_literals;
        if (bytes.rfind("\0\0\0\0IEND\xae\x42\x60\x82"sv) == std::string_view::npos)
            throw Error(name + ": expected a whole PNG image, got one whose end is missing");
        const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context(spng_ctx_new(0), spng_ctx_free);
        if (context == nullptr)
            throw std::bad_alloc();
        spng_ctx* const png = context.get();
        check(spng_set_png_buffer(png, bytes.data(), bytes.size()));
        // Texts and profiles are not read, whatever their length.
        constexpr std::size_t most_chunk = std::size_t{1} << 20;
        check(spng_set_chunk_limits(png, most_chunk, 4 * most_chunk));
        check(spng_set_image_limits(png, 0x7FFFFFFF, 0x7FFFFFFF));
        spng_ihdr header{};
        check(spng_get_ihdr(png, &header));
        const std::size_t height = header.height, width = header.width;
        const bool deep = header.bit_depth == 16;
        const std::size_t decoded = deep ? 8 : 4;
        detail::check_extents(name, height, width, decoded + 4 * sizeof(Value), options);
        // Deflate makes of a byte 1032 at most; a row is whole bytes and one for its filter.
        const unsigned samples = header.color_type == SPNG_COLOR_TYPE_TRUECOLOR         ? 3
                                 : header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ? 2
                                 : header.color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA ? 4
                                                                                        : 1;
        if (height * (1 + (width * samples * header.bit_depth + 7) / 8) / 1032 > bytes.size())
            throw Error(name + ": expected the values of " + std::to_string(width) + " x " +
                        std::to_string(height) + " pixels, got " + std::to_string(bytes.size()) +
                        " bytes, which can't hold them");

        spng_trns transparent{};
        const bool has_alpha = header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ||
                               header.color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA ||
                               spng_get_trns(png, &transparent) == SPNG_OK;
        const bool has_colour = header.color_type != SPNG_COLOR_TYPE_GRAYSCALE &&
                                header.color_type != SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
        std::vector<std::uint8_t> pixels(height * width * decoded);
        check(spng_decode_image(png, pixels.data(), pixels.size(), deep ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8,
                                SPNG_DECODE_TRNS));
        check(spng_decode_chunks(png));

        const std::size_t found = (has_colour ? 3u : 1u) + (has_alpha ? 1u : 0u);
        const std::size_t wanted =
            options.channels == Channels::as_in_file ? found : static_cast<std::size_t>(options.channels);
        auto image = ImageOf<Value>::black(height, width, wanted);
        for (std::size_t i = 0; i < height * width; ++i) {
            Value pixel[4];
            for (std::size_t c = 0; c < 4; ++c) {
                unsigned value = 0;
                if (deep) {
                    std::uint16_t wide = 0; // In this machine's order of bytes.
                    std::memcpy(&wide, pixels.data() + i * 8 + c * 2, 2);
                    value = wide;
                } else {
                    value = pixels[i * 4 + c];
                }
                pixel[c] = detail::from_bits<Value>(value, deep ? 16 : 8);
            }
            if (!has_colour)
                pixel[1] = pixel[3];
            detail::convert_pixel(pixel, found, image.values.data() + i * wanted, wanted);
        }
        pixels = {};
        spng_exif exif{};
        if (options.orient && spng_get_exif(png, &exif) == SPNG_OK)
            return detail::oriented(std::move(image), detail::exif_orientation({exif.data, exif.length}));
        return image;
    });
}

} // namespace burin::data::images
