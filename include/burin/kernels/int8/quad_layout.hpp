#pragma once

#include "burin/kernels/convolution/shape.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// Weights of a product in the order in which four products are added at once. The depth is read in
/// `segments` that lie apart in the left matrix, each of so many bytes; four bytes of a segment are a quad,
/// of which the last may be part. A vector holds a quad of each of 16 channels, a block up to four vectors:
///
///     for each block of channels: for each segment: for each quad: for each vector: 16 channels × 4 weights
struct Int8QuadLayout {
    static constexpr std::size_t quad = 4, channels_of_vector = 16, vectors_of_block = 4,
                                 vector_bytes = quad * channels_of_vector;

    std::size_t segments = 1, segment_depth = 1, channels = 1;
    std::size_t groups = 1; ///< So many products, each of so many channels, one after the other.

    constexpr std::size_t depth() const { return segments * segment_depth; }
    constexpr std::size_t quads() const { return (segment_depth + quad - 1) / quad; }
    constexpr std::size_t vectors() const { return (channels + channels_of_vector - 1) / channels_of_vector; }
    /// Channels of a group with those that fill its last vector.
    constexpr std::size_t padded_channels() const { return vectors() * channels_of_vector; }
    /// Of one vector of channels over the whole depth.
    constexpr std::size_t panel_bytes() const { return segments * quads() * vector_bytes; }
    constexpr std::size_t group_bytes() const { return vectors() * panel_bytes(); }
    /// Vectors of the block that begins with this one.
    constexpr std::size_t vectors_from(std::size_t vector) const {
        return std::min(vectors_of_block, vectors() - vector);
    }

    /// Which channel of a block of so many vectors is in this lane of this vector. Outputs are narrowed with
    /// 16-byte parts of vectors side by side: in this order their bytes are those of neighbouring channels.
    static constexpr std::size_t channel_of(std::size_t vectors, std::size_t vector, std::size_t lane) {
        const std::size_t part = lane / 4, place = lane % 4;
        return vectors == 2 || vectors == 4 ? part * 4 * vectors + vector * 4 + place
                                            : vector * channels_of_vector + lane;
    }
};

/// Taps of a line that are neighbours in the image are one segment.
constexpr bool int8_taps_are_together(const Convolution& c) noexcept {
    return c.groups == 1 && (c.axes[2].dilation == 1 || c.axes[2].kernel == 1);
}
constexpr Int8QuadLayout int8_quad_layout(const Convolution& c) noexcept {
    const std::size_t together = int8_taps_are_together(c) ? c.axes[2].kernel : 1;
    return {c.taps() / together, together * c.group_channels(), c.group_filters(), c.groups};
}

/// Whether the left matrix is read where it lies: nothing beyond the image is seen, nor read behind it.
constexpr bool int8_reads_image(const Convolution& c) noexcept {
    const Int8QuadLayout layout = int8_quad_layout(c);
    return !c.needs_padding() && (layout.segments == 1 || layout.segment_depth % Int8QuadLayout::quad == 0);
}

} // namespace burin::kernels
