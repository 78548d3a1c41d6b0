#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

/// A convolution along one axis: output o is made of the inputs o · stride + k · dilation − before, k <
/// kernel.
struct ConvolutionAxis {
    std::size_t input = 1;
    std::size_t kernel = 1;
    std::size_t stride = 1;
    std::size_t dilation = 1;
    std::size_t before = 0; ///< Zeros before the first input.
    std::size_t output = 1;

    /// Elements from the first under the kernel to the last.
    constexpr std::size_t reach() const { return (kernel - 1) * dilation + 1; }
    /// All that the outputs read, zeros included.
    constexpr std::size_t padded() const { return (output - 1) * stride + reach(); }
    constexpr bool needs_padding() const { return before > 0 || padded() > input; }
};

/// The extents of a convolution over depth, height and width (those that an image does not have are 1):
/// images [input..., channels], outputs [output..., filters], weights [kernel..., channels / groups,
/// filters]. Filters of group g, filters / groups many, see the channels of group g only.
struct Convolution {
    std::array<ConvolutionAxis, 3> axes{};
    std::size_t channels = 1;
    std::size_t filters = 1;
    std::size_t groups = 1;

    constexpr std::size_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
    constexpr std::size_t input_pixels() const { return axes[0].input * axes[1].input * axes[2].input; }
    constexpr std::size_t output_pixels() const { return axes[0].output * axes[1].output * axes[2].output; }
    constexpr std::size_t group_channels() const { return channels / groups; }
    constexpr std::size_t group_filters() const { return filters / groups; }
    /// Rows of the weights seen as a matrix with a column for each filter.
    constexpr std::size_t depth() const { return taps() * group_channels(); }
    constexpr bool needs_padding() const {
        return axes[0].needs_padding() || axes[1].needs_padding() || axes[2].needs_padding();
    }
    /// A 1 × 1 convolution: the product of all pixels with a matrix.
    constexpr bool is_pointwise() const {
        return taps() == 1 && groups == 1 && !needs_padding() && output_pixels() == input_pixels();
    }
};

/// Where the pixels of an image are: how many elements from one to the next along each axis.
struct Pitches {
    std::size_t z = 0;
    std::size_t y = 0;
    std::size_t x = 0;

    constexpr std::size_t of(std::size_t at_z, std::size_t at_y, std::size_t at_x) const {
        return at_z * z + at_y * y + at_x * x;
    }
};

constexpr Pitches pitches(std::size_t height, std::size_t width, std::size_t channels) {
    return {height * width * channels, width * channels, channels};
}

/// An image with zeros around it.
struct PaddedImage {
    std::array<std::size_t, 3> extent{}; ///< With the zeros.
    std::array<std::size_t, 3> before{}; ///< Zeros before the image.
    std::array<std::size_t, 3> inside{}; ///< Of the image, from its beginning; more of it is left out.
    std::array<std::size_t, 3> image{};  ///< Of the image as it is.
    std::size_t channels = 1;

    constexpr bool is_padded() const {
        for (std::size_t i = 0; i < 3; ++i)
            if (before[i] > 0 || extent[i] > image[i])
                return true;
        return false;
    }
    constexpr std::size_t size() const { return extent[0] * extent[1] * extent[2] * channels; }
    constexpr Pitches pitches() const { return kernels::pitches(extent[1], extent[2], channels); }
};

/// What the outputs of a convolution read of its image.
constexpr PaddedImage padded_input(const Convolution& c) {
    PaddedImage padded;
    padded.channels = c.channels;
    for (std::size_t i = 0; i < 3; ++i) {
        const ConvolutionAxis& axis = c.axes[i];
        padded.image[i] = axis.input;
        padded.extent[i] = axis.padded();
        padded.before[i] = axis.before;
        padded.inside[i] = std::min(axis.input, axis.padded() - std::min(axis.before, axis.padded()));
    }
    return padded;
}

/// What the gradients of a convolution's inputs read of the gradients of its outputs.
constexpr PaddedImage padded_output(const Convolution& c) {
    PaddedImage padded;
    padded.channels = c.filters;
    for (std::size_t i = 0; i < 3; ++i) {
        const ConvolutionAxis& axis = c.axes[i];
        // Input i is part of the outputs (i + before − k · dilation) / stride, where that is a whole number.
        const std::size_t low = axis.reach() - 1;
        padded.before[i] = low > axis.before ? (low - axis.before + axis.stride - 1) / axis.stride : 0;
        const std::size_t last = (axis.input - 1 + axis.before) / axis.stride;
        padded.image[i] = padded.inside[i] = axis.output;
        padded.extent[i] = padded.before[i] + std::max(axis.output, last + 1);
    }
    return padded;
}

/// Whether taps side by side read pixels side by side, of the inputs or, for their gradients, of the outputs:
/// a line of taps is then one segment.
constexpr bool merges_lines(const Convolution& c, bool to_outputs) {
    const ConvolutionAxis& x = c.axes[2];
    return c.groups == 1 && (to_outputs ? x.dilation == 1 : x.stride % x.dilation == 0);
}

/// Whether pixels may see zeros only through some taps, and these may be left out. Of a long sequence without
/// padding, what each pixel sees would take the compiler too long; images of several planes are not clipped.
constexpr bool may_clip(const Convolution& c, const PaddedImage& padded) {
    return padded.is_padded() && c.axes[0].kernel == 1 && c.axes[0].stride == 1;
}

/// Writes the zeros around an image.
template <class Scalar>
void clear_padding(const PaddedImage& padded, Scalar* to) noexcept {
    const Pitches at = padded.pitches();
    std::size_t cleared = 0;
    const auto clear_until = [&](std::size_t end) { std::fill(to + cleared, to + end, Scalar(0)); };
    for (std::size_t z = 0; z < padded.inside[0]; ++z)
        for (std::size_t y = 0; y < padded.inside[1]; ++y) {
            const std::size_t begin = at.of(z + padded.before[0], y + padded.before[1], padded.before[2]);
            clear_until(begin);
            cleared = begin + padded.inside[2] * padded.channels;
        }
    clear_until(padded.size());
}

/// Copies an image into the middle of the zeros, which must be there.
template <class Scalar>
void copy_into_padding(const PaddedImage& padded, const Scalar* image, Scalar* to) noexcept {
    const Pitches at = padded.pitches();
    const Pitches from = pitches(padded.image[1], padded.image[2], padded.channels);
    for (std::size_t z = 0; z < padded.inside[0]; ++z)
        for (std::size_t y = 0; y < padded.inside[1]; ++y)
            std::copy_n(image + from.of(z, y, 0), padded.inside[2] * padded.channels,
                        to + at.of(z + padded.before[0], y + padded.before[1], padded.before[2]));
}

} // namespace burin::kernels
