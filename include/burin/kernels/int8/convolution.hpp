#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/int8/product.hpp"
#include "burin/kernels/int8/taps.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

/// Bytes that a convolution works with: the patches that it multiplies at a time.
constexpr std::size_t int8_convolution_scratch(const Convolution& c) noexcept {
    const std::size_t rows = std::min(int8_tile_rows, c.output_pixels());
    const std::size_t widened = rows * int8_widened_bytes(c.depth());
    return widened + (int8_pixels_are_patches(c) ? 0 : rows * c.depth());
}

namespace detail {

/// What output (z, y, x) sees of one group's channels, with `padding` for what lies beyond the image.
inline void int8_patch(const Convolution& c, const std::int8_t* image, std::size_t z, std::size_t y,
                       std::size_t x, std::int8_t padding, std::int8_t* patch) noexcept {
    const auto& [depth, height, width] = c.axes;
    const TapRange in_z(depth, z), in_y(height, y), in_x(width, x);
    const Pitches at = pitches(height.input, width.input, c.channels);
    const std::size_t channels = c.group_channels();
    if (in_z.count() * in_y.count() * in_x.count() < c.taps())
        std::memset(patch, padding, c.depth());
    // Taps that are neighbours in the image are copied at once.
    const bool are_together = width.dilation == 1 && c.groups == 1;
    const std::size_t pieces = are_together ? std::min<std::size_t>(in_x.count(), 1) : in_x.count();
    const std::size_t piece = are_together ? in_x.count() * channels : channels;
    for (std::size_t i = 0; i < in_z.count(); ++i)
        for (std::size_t j = 0; j < in_y.count(); ++j) {
            const std::int8_t* from =
                image + at.of(in_z.input + i * depth.dilation, in_y.input + j * height.dilation, in_x.input);
            std::int8_t* to =
                patch +
                (((in_z.first + i) * height.kernel + in_y.first + j) * width.kernel + in_x.first) * channels;
            for (std::size_t k = 0; k < pieces; ++k, from += width.dilation * at.x, to += channels)
                std::memcpy(to, from, piece);
        }
}

} // namespace detail

/// A convolution of images of 8-bit integers: the product of the patches that the outputs see, a few at a
/// time, with weights `[filters, kernel..., channels / groups]`. Beyond the image lies its zero point.
template <Rounding Way>
[[gnu::noinline]] inline void int8_convolution(const Convolution& c, const std::int8_t* images,
                                               std::size_t rows, std::int8_t padding, const std::int8_t* w,
                                               const Int8Outputs<Way>& outputs, std::int8_t* y,
                                               std::int8_t* scratch) noexcept {
    const std::size_t depth = c.depth(), filters = c.group_filters(), pixels = c.output_pixels();
    if (int8_pixels_are_patches(c))
        return int8_product(images, depth, rows * pixels, w, depth, filters, outputs, y, filters, scratch);
    std::int8_t* const patches = scratch + std::min(int8_tile_rows, pixels) * int8_widened_bytes(depth);
    const std::size_t height = c.axes[1].output, width = c.axes[2].output;
    const std::size_t image_size = c.input_pixels() * c.channels;
    const auto copy_patch = [&](const std::int8_t* image, std::size_t group, std::size_t pixel,
                                std::int8_t* to) {
        detail::int8_patch(c, image + group * c.group_channels(), pixel / (height * width),
                           pixel / width % height, pixel % width, padding, to);
    };
    // The weights of a group are laid out once for all images.
    const auto by_panels = [&](std::size_t group) {
        const std::size_t filter = group * filters;
        const auto patch_of = [&](std::size_t number) {
            copy_patch(images + number / pixels * image_size, group, number % pixels, patches);
            return patches;
        };
        return int8_panels(rows * pixels, patch_of, w + filter * depth, depth, filters, outputs.from(filter),
                           y + filter, c.filters);
    };
    if (by_panels(0)) {
        for (std::size_t group = 1; group < c.groups; ++group)
            by_panels(group);
        return;
    }
    for (std::size_t row = 0; row < rows; ++row, images += image_size)
        for (std::size_t first = 0; first < pixels;
             first += int8_tile_rows, y += int8_tile_rows * c.filters) {
            const std::size_t count = std::min(int8_tile_rows, pixels - first);
            for (std::size_t group = 0; group < c.groups; ++group) {
                for (std::size_t i = 0; i < count; ++i)
                    copy_patch(images, group, first + i, patches + i * depth);
                const std::size_t filter = group * filters;
                int8_product(patches, depth, count, w + filter * depth, depth, filters, outputs.from(filter),
                             y + filter, c.filters, scratch);
            }
            if (count < int8_tile_rows)
                y -= (int8_tile_rows - count) * c.filters;
        }
}

} // namespace burin::kernels
