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

namespace detail {

/// Of the rows of a register tile; none of an image that has fewer pixels.
constexpr std::size_t int8_widened_size(const Convolution& c) noexcept {
    return c.output_pixels() < int8_tile_rows ? 0 : int8_tile_rows * int8_widened_bytes(c.depth());
}

/// What an output sees of one group's channels, with `padding` for what lies beyond the image.
inline void int8_patch(const Convolution& c, const std::int8_t* image, std::size_t group, std::size_t pixel,
                       std::int8_t padding, std::int8_t* patch) noexcept {
    const auto& [depth, height, width] = c.axes;
    const TapRange in_z(depth, pixel / (height.output * width.output)),
        in_y(height, pixel / width.output % height.output), in_x(width, pixel % width.output);
    const Pitches at = pitches(height.input, width.input, c.channels);
    const std::size_t channels = c.group_channels();
    image += group * channels;
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

/// All patches of a group are rows of one product, whose weights are packed once for all images.
template <Rounding Way>
[[gnu::noinline]] inline void int8_convolve_by_panels(const Convolution& c, const std::int8_t* images,
                                                      std::size_t rows, std::int8_t padding,
                                                      const std::int8_t* w, const Int8Outputs<Way>& outputs,
                                                      std::int8_t* y, std::int8_t* patch) noexcept {
    const std::size_t depth = c.depth(), filters = c.group_filters(), pixels = c.output_pixels();
    const std::size_t image_size = c.input_pixels() * c.channels;
    for (std::size_t group = 0; group < c.groups; ++group) {
        const std::size_t filter = group * filters;
        const auto patch_of = [&](std::size_t number) {
            int8_patch(c, images + number / pixels * image_size, group, number % pixels, padding, patch);
            return patch;
        };
        int8_panels<Int8Pairs>(rows * pixels, patch_of, w + filter * depth, depth, filters,
                               outputs.from(filter), y + filter, c.filters);
    }
}

/// As many patches at a time as a register tile has rows.
template <Rounding Way>
[[gnu::noinline]] inline void int8_convolve_by_tiles(const Convolution& c, const std::int8_t* images,
                                                     std::size_t rows, std::int8_t padding,
                                                     const std::int8_t* w, const Int8Outputs<Way>& outputs,
                                                     std::int8_t* y, std::int8_t* scratch) noexcept {
    const std::size_t depth = c.depth(), filters = c.group_filters(), pixels = c.output_pixels();
    std::int8_t* const patches = scratch + int8_widened_size(c);
    for (std::size_t row = 0; row < rows; ++row, images += c.input_pixels() * c.channels)
        for (std::size_t first = 0; first < pixels;
             first += int8_tile_rows, y += int8_tile_rows * c.filters) {
            const std::size_t count = std::min(int8_tile_rows, pixels - first);
            for (std::size_t group = 0; group < c.groups; ++group) {
                for (std::size_t i = 0; i < count; ++i)
                    int8_patch(c, images, group, first + i, padding, patches + i * depth);
                const std::size_t filter = group * filters;
                int8_tiles(patches, depth, count, w + filter * depth, depth, filters, outputs.from(filter),
                           y + filter, c.filters, scratch);
            }
            if (count < int8_tile_rows)
                y -= (int8_tile_rows - count) * c.filters;
        }
}

} // namespace detail

/// Bytes that a convolution works with: the patches that it multiplies at a time.
constexpr std::size_t int8_convolution_scratch(const Convolution& c) noexcept {
    const bool copies = !int8_pixels_are_patches(c) && !int8_image_is_patch(c);
    const std::size_t rows = copies ? std::min(int8_tile_rows, c.output_pixels()) : 0;
    return detail::int8_widened_size(c) + rows * c.depth();
}

/// A convolution of images of 8-bit integers by the way that is chosen: the product of the patches that the
/// outputs see, a few at a time, with weights `[filters, kernel..., channels / groups]`. Beyond the image
/// lies its zero point.
template <Int8Choice Choice, Rounding Way>
[[gnu::always_inline]] inline void int8_convolution(const Convolution& c, const std::int8_t* images,
                                                    std::size_t rows, std::int8_t padding,
                                                    const std::int8_t* w, const Int8Outputs<Way>& outputs,
                                                    std::int8_t* y, std::int8_t* scratch) noexcept {
    if constexpr (!Choice.copies_patches)
        int8_product<Choice>(images, c.depth(), rows * c.output_pixels(), w, c.depth(), c.filters, outputs, y,
                             c.filters, detail::int8_widened_size(c) > 0 ? scratch : nullptr);
    else if constexpr (Choice.way == Int8Way::panels)
        detail::int8_convolve_by_panels(c, images, rows, padding, w, outputs, y,
                                        scratch + detail::int8_widened_size(c));
    else
        detail::int8_convolve_by_tiles(c, images, rows, padding, w, outputs, y, scratch);
}

} // namespace burin::kernels
