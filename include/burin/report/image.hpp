#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/data/images/encode_png.hpp"
#include "burin/io/atomic_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace burin::report {

/// How `png` lays images out.
struct ImageGrid {
    std::size_t columns = 8;       ///< Images in a row.
    std::size_t magnification = 4; ///< Each pixel becomes a square of so many.
    std::size_t gap = 1;           ///< Pixels between images, before magnification.
    float low = 0;                 ///< What is drawn black.
    float high = 1;                ///< What is drawn white.
};

namespace detail {

/// The images beside and below each other on white.
inline data::images::ByteImage arrange(std::span<const float> images, const Shape& shape,
                                       const ImageGrid& grid) {
    if (shape.rank < 2 || shape.rank > 3 || (shape.rank == 3 && shape[2] != 1 && shape[2] != 3))
        throw Error(
            "png: expected images of shape [height, width], [height, width, 1] or [height, width, 3]");
    if (shape.size() == 0 || images.empty() || images.size() % shape.size() != 0)
        throw Error("png: expected whole images of " + std::to_string(shape.size()) + " values, got " +
                    std::to_string(images.size()) + " values");
    if (grid.columns == 0 || grid.magnification == 0 || !(grid.high > grid.low))
        throw Error("png: expected at least one column, a magnification of at least 1 and low < high");
    const std::size_t height = shape[0], width = shape[1], channels = shape.rank == 3 ? shape[2] : 1;
    const std::size_t count = images.size() / shape.size(), columns = std::min(grid.columns, count);
    const std::size_t rows = (count + columns - 1) / columns;
    const auto pixels_of = [&](std::size_t images_of_it, std::size_t extent) {
        const auto gap = static_cast<double>(grid.gap);
        return (static_cast<double>(images_of_it) * (static_cast<double>(extent) + gap) + gap) *
               static_cast<double>(grid.magnification);
    };
    constexpr std::size_t most = std::size_t{1} << 30;
    if (pixels_of(columns, width) * pixels_of(rows, height) * static_cast<double>(channels) >
        static_cast<double>(most))
        throw Error("png: expected a picture of at most " + std::to_string(most) + " bytes, got a gap of " +
                    std::to_string(grid.gap) + " and a magnification of " +
                    std::to_string(grid.magnification) + " for " + std::to_string(count) + " images");
    data::images::ByteImage pixels{(rows * (height + grid.gap) + grid.gap) * grid.magnification,
                                   (columns * (width + grid.gap) + grid.gap) * grid.magnification,
                                   channels,
                                   {}};
    pixels.values.assign(pixels.width * pixels.height * channels, 255);
    for (std::size_t y = 0; y < pixels.height; ++y)
        for (std::size_t x = 0; x < pixels.width; ++x) {
            const std::size_t grid_x = x / grid.magnification, grid_y = y / grid.magnification;
            const std::size_t column = grid_x / (width + grid.gap), row = grid_y / (height + grid.gap);
            const std::size_t inner_x = grid_x % (width + grid.gap), inner_y = grid_y % (height + grid.gap);
            const std::size_t image = row * columns + column;
            if (inner_x < grid.gap || inner_y < grid.gap || column >= columns || image >= count)
                continue;
            const std::size_t from = (inner_y - grid.gap) * width + inner_x - grid.gap;
            for (std::size_t channel = 0; channel < channels; ++channel) {
                const float value = images[image * shape.size() + from * channels + channel];
                const float share = (value - grid.low) / (grid.high - grid.low);
                pixels.values[(y * pixels.width + x) * channels + channel] =
                    static_cast<std::uint8_t>(share > 0 ? std::lround(std::min(share, 1.0F) * 255) : 0);
            }
        }
    return pixels;
}

} // namespace detail

/// Images side by side as one PNG file (its bytes): `[height, width]` or `[height, width, 1]` grey,
/// `[height, width, 3]` red, green and blue; values from `grid.low` to `grid.high`, what is beyond is
/// clipped. Throws Error if these are no whole images, or the picture has more than 2^30 bytes before it is
/// compressed.
inline std::string png(std::span<const float> images, const Shape& shape, const ImageGrid& grid = {}) {
    return data::images::encode_png(detail::arrange(images, shape, grid));
}

/// Writes them to a file, whole or not at all. Throws Error.
inline void save_png(const std::string& path, std::span<const float> images, const Shape& shape,
                     const ImageGrid& grid = {}) {
    io::write_file(path, png(images, shape, grid));
}

} // namespace burin::report
