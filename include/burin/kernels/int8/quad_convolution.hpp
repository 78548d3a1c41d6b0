#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/int8/quad_product.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

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

/// The inputs that the outputs from (z, y, x) on see, plane by plane and line by line, with their offset.
template <class Vectors>
[[gnu::noinline]] void int8_copy_band(const Convolution& c, const Int8Band& band, const std::int8_t* image,
                                      std::size_t z, std::size_t y, std::size_t x, std::int8_t padding,
                                      std::int8_t* to) noexcept {
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
                Vectors::fill(to, padding, line);
                continue;
            }
            const std::int8_t* const from =
                image + ((in_z * height.input + in_y) * width.input + first + left) * c.channels;
            Vectors::fill(to, padding, left * c.channels);
            Vectors::copy_with_offset(from, inside * c.channels, to + left * c.channels);
            Vectors::fill(to + (left + inside) * c.channels, padding, (pixels - left - inside) * c.channels);
        }
    }
}

/// The outputs of a band whose inputs lie in planes of lines: so many lines of outputs of so many pixels.
template <class Vectors, Rounding Way>
[[gnu::noinline]] void int8_quad_pixels(const Convolution& c, const Int8QuadLayout& layout,
                                        const std::uint32_t* offsets, const std::int8_t* from,
                                        std::size_t line, std::size_t lines, std::size_t pixels, Int8Quads at,
                                        const Int8QuadOutputs<Way>& outputs, std::int8_t* y) noexcept {
    const std::size_t places = layout.padded_channels();
    const bool is_whole = pixels == c.axes[2].output;
    for (std::size_t group = 0; group < c.groups; ++group) {
        Int8QuadRows rows{from, c.axes[2].stride * c.channels, pixels, c.axes[1].stride * line};
        if (is_whole)
            int8_quad_product<Way, Vectors>(rows, lines * pixels, layout, offsets, at, outputs, y, c.filters);
        else
            for (std::size_t v = 0; v < lines; ++v, rows.first += rows.line_step)
                int8_quad_product<Way, Vectors>(rows, pixels, layout, offsets, at, outputs,
                                                y + v * c.axes[2].output * c.filters, c.filters);
        from += c.group_channels();
        y += c.group_filters();
        at = {at.starts + places, at.multipliers + places, at.shifts + places,
              at.panels + layout.group_bytes()};
    }
}

/// Band by band of each image.
template <class Vectors, Rounding Way>
[[gnu::noinline]] void int8_quad_bands(const Convolution& c, const Int8QuadLayout& layout,
                                       const std::uint32_t* offsets, const Int8Band& band,
                                       const std::int8_t* images, std::size_t rows, std::int8_t padding,
                                       const Int8Quads& at, const Int8QuadOutputs<Way>& outputs,
                                       std::int8_t* y, std::int8_t* copy) noexcept {
    const auto& [depth, height, width] = c.axes;
    for (std::size_t row = 0; row < rows; ++row, images += c.input_pixels() * c.channels)
        for (std::size_t z = 0; z < depth.output; ++z, y += height.output * width.output * c.filters)
            for (std::size_t v = 0; v < height.output; v += band.lines)
                for (std::size_t u = 0; u < width.output; u += band.pixels) {
                    int8_copy_band<Vectors>(c, band, images, z, v, u, padding, copy);
                    int8_quad_pixels<Vectors>(c, layout, offsets, copy, band.line_bytes(c),
                                              std::min(band.lines, height.output - v),
                                              std::min(band.pixels, width.output - u), at, outputs,
                                              y + (v * width.output + u) * c.filters);
                }
}

} // namespace detail

/// A convolution of images of 8-bit integers with packed weights: the product of what the outputs see, of
/// which a band at a time is copied, with the offset of inputs and the zero point around the image.
template <Convolution C, Rounding Way, class Vectors = detail::Int8QuadVectors>
[[gnu::always_inline]] inline void
int8_quad_convolution(const std::int8_t* images, std::size_t rows, std::int8_t padding, const Int8Quads& at,
                      const Int8QuadOutputs<Way>& outputs, std::int8_t* y) noexcept {
    constexpr Int8QuadLayout layout = int8_quad_layout(C, this_int8.quads);
    if constexpr (int8_pixels_are_patches(C)) {
        int8_quad_product<Way, Vectors>(images, C.channels, rows * C.output_pixels(), layout, at, outputs, y,
                                        C.filters);
    } else {
        constexpr Int8Band band = int8_band(C);
        constexpr std::size_t line = band.line_bytes(C);
        static constexpr auto offsets =
            detail::int8_quad_offsets<layout.segments>(C, band.input_lines(C) * line, line);
        // A last quad may end behind its segment: the weights there are 0.
        alignas(64) std::int8_t copy[band.bytes(C) + Int8QuadLayout::quad];
        detail::int8_quad_bands<Vectors>(C, layout, offsets.data(), band, images, rows, padding, at, outputs,
                                         y, copy);
    }
}

} // namespace burin::kernels
