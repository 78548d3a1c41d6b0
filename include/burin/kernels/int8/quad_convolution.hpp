#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/int8/quad_product.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

/// A part of a convolution's outputs whose inputs are copied at a time, with what lies beyond the image: so
/// many lines of so many pixels, of one output along the first axis.
struct Int8Band {
    std::size_t lines = 0, pixels = 0;

    constexpr std::size_t input_lines(const Convolution& c) const {
        return (lines - 1) * c.axes[1].stride + c.axes[1].reach();
    }
    constexpr std::size_t input_pixels(const Convolution& c) const {
        return (pixels - 1) * c.axes[2].stride + c.axes[2].reach();
    }
    constexpr std::size_t line_bytes(const Convolution& c) const { return input_pixels(c) * c.channels; }
    constexpr std::size_t bytes(const Convolution& c) const {
        return c.axes[0].kernel * input_lines(c) * line_bytes(c);
    }
};

/// As many lines as stay in half of a small first-level cache; of long lines a part.
constexpr Int8Band int8_band(const Convolution& c) noexcept {
    constexpr std::size_t most = 16 * 1024;
    Int8Band band{1, c.axes[2].output};
    while (band.pixels > 64 && band.bytes(c) > most)
        band.pixels = (band.pixels + 1) / 2;
    while (band.lines < c.axes[1].output && Int8Band{band.lines + 1, band.pixels}.bytes(c) <= most)
        ++band.lines;
    return band;
}

namespace detail {

/// From where a row begins to its segments, in lines and planes of so many bytes.
template <std::size_t Segments>
constexpr std::array<std::uint32_t, Segments> int8_quad_offsets(const Convolution& c, std::size_t plane,
                                                                std::size_t line) noexcept {
    std::array<std::uint32_t, Segments> offsets{};
    const auto& [depth, height, width] = c.axes;
    const std::size_t columns = int8_taps_are_together(c) ? 1 : width.kernel;
    std::size_t at = 0;
    for (std::size_t i = 0; i < depth.kernel; ++i)
        for (std::size_t j = 0; j < height.kernel; ++j)
            for (std::size_t k = 0; k < columns; ++k)
                offsets[at++] =
                    static_cast<std::uint32_t>(i * depth.dilation * plane + j * height.dilation * line +
                                               k * width.dilation * c.channels);
    return offsets;
}

/// The inputs that the outputs from (z, y, x) on see, plane by plane and line by line.
[[gnu::noinline]] inline void int8_copy_band(const Convolution& c, const Int8Band& band,
                                             const std::int8_t* image, std::size_t z, std::size_t y,
                                             std::size_t x, std::int8_t padding, std::int8_t* to) noexcept {
    const auto& [depth, height, width] = c.axes;
    const std::size_t lines = band.input_lines(c), pixels = band.input_pixels(c), line = pixels * c.channels;
    // What lies before the image counts as a large number.
    const std::size_t first = x * width.stride - width.before, before = first < width.input ? 0 : 0 - first;
    const std::size_t left = std::min(before, pixels),
                      inside = std::min(pixels - left, width.input - std::min(width.input, first + left));
    for (std::size_t i = 0; i < depth.kernel; ++i) {
        const std::size_t in_z = z * depth.stride + i * depth.dilation - depth.before;
        for (std::size_t j = 0; j < lines; ++j, to += line) {
            const std::size_t in_y = y * height.stride + j - height.before;
            if (in_z >= depth.input || in_y >= height.input || inside == 0) {
                std::memset(to, padding, line);
                continue;
            }
            const std::int8_t* const from =
                image + ((in_z * height.input + in_y) * width.input + first + left) * c.channels;
            std::memset(to, padding, left * c.channels);
            std::memcpy(to + left * c.channels, from, inside * c.channels);
            std::memset(to + (left + inside) * c.channels, padding, (pixels - left - inside) * c.channels);
        }
    }
}

/// The outputs of one image whose inputs lie in planes of lines: so many lines of outputs of so many pixels.
template <Rounding Way>
[[gnu::noinline]] inline void
int8_quad_pixels(const Convolution& c, const Int8QuadLayout& layout, const std::uint32_t* offsets,
                 const std::int8_t* from, std::size_t line, std::size_t lines, std::size_t pixels,
                 Int8Quads at, const Int8QuadOutputs<Way>& outputs, std::int8_t* y) noexcept {
    const std::size_t places = layout.padded_channels();
    const bool is_whole = pixels == c.axes[2].output;
    for (std::size_t group = 0; group < c.groups; ++group) {
        Int8QuadRows rows{from, c.axes[2].stride * c.channels, pixels, c.axes[1].stride * line};
        if (is_whole)
            int8_quad_product(rows, lines * pixels, layout, offsets, at, outputs, y, c.filters);
        else
            for (std::size_t v = 0; v < lines; ++v, rows.first += rows.line_step)
                int8_quad_product(rows, pixels, layout, offsets, at, outputs,
                                  y + v * c.axes[2].output * c.filters, c.filters);
        from += c.group_channels();
        y += c.group_filters();
        at = {at.starts + places, at.multipliers + places, at.shifts + places,
              at.panels + layout.group_bytes()};
    }
}

/// Band by band of each image.
template <Rounding Way>
[[gnu::noinline]] inline void
int8_quad_bands(const Convolution& c, const Int8QuadLayout& layout, const std::uint32_t* offsets,
                const Int8Band& band, const std::int8_t* images, std::size_t rows, std::int8_t padding,
                const Int8Quads& at, const Int8QuadOutputs<Way>& outputs, std::int8_t* y,
                std::int8_t* copy) noexcept {
    const auto& [depth, height, width] = c.axes;
    for (std::size_t row = 0; row < rows; ++row, images += c.input_pixels() * c.channels)
        for (std::size_t z = 0; z < depth.output; ++z, y += height.output * width.output * c.filters)
            for (std::size_t v = 0; v < height.output; v += band.lines)
                for (std::size_t u = 0; u < width.output; u += band.pixels) {
                    int8_copy_band(c, band, images, z, v, u, padding, copy);
                    int8_quad_pixels(c, layout, offsets, copy, band.line_bytes(c),
                                     std::min(band.lines, height.output - v),
                                     std::min(band.pixels, width.output - u), at, outputs,
                                     y + (v * width.output + u) * c.filters);
                }
}

} // namespace detail

/// A convolution of images of 8-bit integers with packed weights: the product of what the outputs see, which
/// is read where it lies, or where a band of the image was copied with its zero point around it.
template <Convolution C, Rounding Way>
[[gnu::always_inline]] inline void
int8_quad_convolution(const std::int8_t* images, std::size_t rows, std::int8_t padding, const Int8Quads& at,
                      const Int8QuadOutputs<Way>& outputs, std::int8_t* y) noexcept {
    constexpr Int8QuadLayout layout = int8_quad_layout(C);
    constexpr std::size_t image_line = C.axes[2].input * C.channels,
                          image_plane = C.axes[1].input * image_line;
    if constexpr (int8_pixels_are_patches(C)) {
        int8_quad_product(images, C.channels, rows * C.output_pixels(), layout, at, outputs, y, C.filters);
    } else if constexpr (int8_reads_image(C)) {
        static constexpr auto offsets =
            detail::int8_quad_offsets<layout.segments>(C, image_plane, image_line);
        for (std::size_t row = 0; row < rows; ++row, images += C.input_pixels() * C.channels)
            for (std::size_t z = 0; z < C.axes[0].output;
                 ++z, y += C.axes[1].output * C.axes[2].output * C.filters)
                detail::int8_quad_pixels(C, layout, offsets.data(),
                                         images + z * C.axes[0].stride * image_plane, image_line,
                                         C.axes[1].output, C.axes[2].output, at, outputs, y);
    } else {
        constexpr Int8Band band = int8_band(C);
        constexpr std::size_t line = band.line_bytes(C);
        static constexpr auto offsets =
            detail::int8_quad_offsets<layout.segments>(C, band.input_lines(C) * line, line);
        // A last quad may begin within a segment and end behind it: its weights there are 0.
        constexpr Int8QuadLayout whole{layout.segments, layout.quads() * Int8QuadLayout::quad,
                                       layout.channels, layout.groups};
        alignas(64) std::int8_t copy[band.bytes(C) + Int8QuadLayout::quad];
        detail::int8_quad_bands(C, whole, offsets.data(), band, images, rows, padding, at, outputs, y, copy);
    }
}

} // namespace burin::kernels
