#pragma once

// Needs libspng and libjpeg-turbo.

#include "burin/core/error.hpp"
#include "burin/data/images/image.hpp"
#include "burin/data/images/jpeg.hpp"
#include "burin/data/images/png.hpp"
#include "burin/data/read_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace burin::data::images {

/// The image of a file in memory, PNG or JPEG, told by its first bytes. Throws Error, as `decode_png` and
/// `decode_jpeg`, and for what is neither.
template <class Value = float>
ImageOf<Value> decode_image(std::string_view bytes, const std::string& name,
                            const ReadImageOptions& options = {}) {
    if (is_png(bytes))
        return decode_png<Value>(bytes, name, options);
    if (is_jpeg(bytes))
        return decode_jpeg<Value>(bytes, name, options);
    throw Error(name + ": expected a PNG or JPEG file, got " +
                (bytes.empty() ? std::string("an empty one") : burin::core::quoted(bytes.substr(0, 8))));
}

/// The image of a file, PNG or JPEG, told by its first bytes and not by its name. Values are 0 to 1.
///
///     const images::Image cat = images::read_image("cat.jpg", {.channels = images::Channels::rgb});
///
/// `read_image<std::uint8_t>` gives bytes, which take a quarter of the memory. Throws Error as
/// `decode_image`, and if the file can't be read.
template <class Value = float>
ImageOf<Value> read_image(const std::string& path, const ReadImageOptions& options = {}) {
    const std::vector<char> bytes = read_file(path, options.max_bytes);
    return decode_image<Value>({bytes.data(), bytes.size()}, path, options);
}

} // namespace burin::data::images
