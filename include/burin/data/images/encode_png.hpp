#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/images/image.hpp"
#include "burin/io/atomic_file.hpp"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data::images {

namespace detail {

inline void append_big_endian(std::string& to, std::size_t number) {
    for (const int shift : {24, 16, 8, 0})
        to.push_back(static_cast<char>(static_cast<std::uint8_t>(number >> shift)));
}

/// A chunk of a PNG file: length, type, data, check sum of type and data.
inline void append_chunk(std::string& to, std::string_view type, std::string_view data) {
    append_big_endian(to, data.size());
    const std::size_t begin = to.size();
    to.append(type).append(data);
    const auto* const bytes = reinterpret_cast<const Bytef*>(to.data() + begin);
    append_big_endian(to, ::crc32(0, bytes, static_cast<uInt>(to.size() - begin)));
}

} // namespace detail

/// The bytes of a PNG file of 8 bits a value: grey, grey with opacity, red-green-blue, or that with opacity,
/// as the image has 1 to 4 channels. Lines are not filtered: it takes zlib alone, and is for pictures to look
/// at and samples to keep rather than for the smallest file. Throws Error for other numbers of channels and
/// for an image without pixels or beyond 2^30 bytes. W3C, "Portable Network Graphics (PNG) Specification".
inline std::string encode_png(const ByteImage& image) {
    const std::size_t height = image.height, width = image.width, channels = image.channels;
    if (channels < 1 || channels > 4)
        throw Error("encode_png: expected 1 to 4 channels, got " + std::to_string(channels));
    constexpr std::size_t most = std::size_t{1} << 30;
    if (height == 0 || width == 0 || width > most / channels / height ||
        image.values.size() != height * width * channels)
        throw Error("encode_png: expected an image of 1 to " + std::to_string(most) + " bytes, got " +
                    std::to_string(width) + " x " + std::to_string(height) + " pixels and " +
                    std::to_string(image.values.size()) + " values");
    return core::within_memory("encode_png", [&] {
        constexpr char colour_types[] = {0, 4, 2, 6};
        std::string header;
        detail::append_big_endian(header, width);
        detail::append_big_endian(header, height);
        header.push_back(8); // bits a channel
        header.push_back(colour_types[channels - 1]);
        header.append(3, '\0'); // the only compression and filter there are; in one go

        std::vector<std::uint8_t> lines;
        const std::size_t line = width * channels;
        lines.reserve(height * (line + 1));
        for (std::size_t y = 0; y < height; ++y) {
            lines.push_back(0); // not filtered
            const auto begin = image.values.begin() + static_cast<std::ptrdiff_t>(y * line);
            lines.insert(lines.end(), begin, begin + static_cast<std::ptrdiff_t>(line));
        }
        uLongf size = ::compressBound(static_cast<uLong>(lines.size()));
        std::string compressed(size, '\0');
        if (::compress2(reinterpret_cast<Bytef*>(compressed.data()), &size, lines.data(),
                        static_cast<uLong>(lines.size()), Z_BEST_COMPRESSION) != Z_OK)
            throw Error("encode_png: the image can't be compressed");
        compressed.resize(size);

        std::string file("\x89PNG\r\n\x1a\n");
        detail::append_chunk(file, "IHDR", header);
        detail::append_chunk(file, "IDAT", compressed);
        detail::append_chunk(file, "IEND", {});
        return file;
    });
}

/// Writes it to a file, whole or not at all. Throws Error.
inline void write_png(const std::string& path, const ByteImage& image) {
    io::write_file(path, encode_png(image));
}

} // namespace burin::data::images
