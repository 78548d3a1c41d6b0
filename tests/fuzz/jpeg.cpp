#include "burin/data/images/jpeg.hpp"

#include "fuzz/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace images = burin::data::images;

/// What is read has the extents that it says, keeps within the limits, and can be written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    constexpr images::ReadImageOptions options{.max_pixels = 1 << 14, .max_bytes = 1 << 22};
    const auto image = parsed([&] { return images::decode_jpeg<std::uint8_t>(file, "input", options); });
    if (!image)
        return 0;
    expect(image->values.size() == image->view().size());
    expect(image->height * image->width <= options.max_pixels);
    const auto again = images::decode_jpeg<std::uint8_t>(images::encode_jpeg(*image), "input");
    expect(again.height == image->height && again.width == image->width);
    return 0;
}
