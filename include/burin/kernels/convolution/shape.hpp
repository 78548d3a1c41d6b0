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

/// An image within a larger one of zeros.
struct Frame3 {
    std::array<std::size_t, 3> extent{}; ///< Of the larger image.
    std::array<std::size_t, 3> before{}; ///< Zeros before the image.
    std::array<std::size_t, 3> inside{}; ///< Of the image, from its beginning; more of it is left out.
    std::array<std::size_t, 3> image{};  ///< Of the image.
    std::size_t channels = 1;

    constexpr std::size_t size() const { return extent[0] * extent[1] * extent[2] * channels; }
    constexpr Pitches pitches() const { return kernels::pitches(extent[1], extent[2], channels); }
};

/// What the outputs of a convolution read of its image.
constexpr Frame3 padded_input(const Convolution& c) {
    Frame3 frame;
    frame.channels = c.channels;
    for (std::size_t i = 0; i < 3; ++i) {
        const ConvolutionAxis& axis = c.axes[i];
        frame.image[i] = axis.input;
        frame.extent[i] = axis.padded();
        frame.before[i] = axis.before;
        frame.inside[i] = std::min(axis.input, axis.padded() - std::min(axis.before, axis.padded()));
    }
    return frame;
}

/// What the gradients of a convolution's inputs read of the gradients of its outputs.
constexpr Frame3 padded_output(const Convolution& c) {
    Frame3 frame;
    frame.channels = c.filters;
    for (std::size_t i = 0; i < 3; ++i) {
        const ConvolutionAxis& axis = c.axes[i];
        // Input i is part of the outputs (i + before − k · dilation) / stride, where that is a whole number.
        const std::size_t low = axis.reach() - 1;
        frame.before[i] = low > axis.before ? (low - axis.before + axis.stride - 1) / axis.stride : 0;
        const std::size_t last = (axis.input - 1 + axis.before) / axis.stride;
        frame.image[i] = frame.inside[i] = axis.output;
        frame.extent[i] = frame.before[i] + std::max(axis.output, last + 1);
    }
    return frame;
}

/// Puts an image into its frame. The zeros around it must be there.
template <class Scalar>
void copy_into_frame(const Frame3& frame, const Scalar* image, Scalar* to) noexcept {
    const Pitches at = frame.pitches();
    const Pitches from = pitches(frame.image[1], frame.image[2], frame.channels);
    for (std::size_t z = 0; z < frame.inside[0]; ++z)
        for (std::size_t y = 0; y < frame.inside[1]; ++y)
            std::copy_n(image + from.of(z, y, 0), frame.inside[2] * frame.channels,
                        to + at.of(z + frame.before[0], y + frame.before[1], frame.before[2]));
}

} // namespace burin::kernels
