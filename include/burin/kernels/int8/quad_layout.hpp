#pragma once

#include "burin/kernels/convolution/shape.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

/// What a processor that adds four products of bytes at once has for it.
struct Int8QuadInstructions {
    std::size_t lanes = 0;         ///< Sums of a vector; 0 where there are none.
    std::int32_t input_offset = 0; ///< What is added to inputs, so that they have no sign.

    friend constexpr bool operator==(const Int8QuadInstructions&, const Int8QuadInstructions&) = default;
};

/// Weights of a product in the order in which four products are added at once. The depth is read in
/// `segments` that lie apart in the left matrix, each of so many bytes; four bytes of a segment are a quad,
/// of which the last may be part. A vector holds a quad of each of its channels, a block up to four vectors:
///
///     for each block of channels: for each segment: for each quad: for each vector: channels × 4 weights
struct Int8QuadLayout {
    static constexpr std::size_t quad = 4, vectors_of_block = 4;

    Int8QuadInstructions has{};
    std::size_t segments = 1, segment_depth = 1, channels = 1;
    std::size_t groups = 1; ///< So many products, each of so many channels, one after the other.

    constexpr std::size_t depth() const { return segments * segment_depth; }
    constexpr std::size_t quads() const { return (segment_depth + quad - 1) / quad; }
    constexpr std::size_t vector_bytes() const { return quad * has.lanes; }
    constexpr std::size_t vectors() const { return (channels + has.lanes - 1) / has.lanes; }
    /// Channels of a group with those that fill its last vector.
    constexpr std::size_t padded_channels() const { return vectors() * has.lanes; }
    /// Of one vector of channels over the whole depth.
    constexpr std::size_t panel_bytes() const { return segments * quads() * vector_bytes(); }
    constexpr std::size_t group_bytes() const { return vectors() * panel_bytes(); }
    /// Vectors of the block that begins with this one.
    constexpr std::size_t vectors_from(std::size_t vector) const {
        return std::min(vectors_of_block, vectors() - vector);
    }

    /// Which channel of a block of so many vectors is in this lane of this vector. Outputs are narrowed with
    /// 16-byte parts of vectors side by side: in this order their bytes are those of neighbouring channels.
    constexpr std::size_t channel_of(std::size_t of, std::size_t vector, std::size_t lane) const {
        const std::size_t part = lane / 4, place = lane % 4;
        return of == 2 || of == 4 ? part * 4 * of + vector * 4 + place : vector * has.lanes + lane;
    }
};

/// Taps of a line that are neighbours in the image are one segment.
constexpr bool int8_taps_are_together(const Convolution& c) noexcept {
    return c.groups == 1 && (c.axes[2].dilation == 1 || c.axes[2].kernel == 1);
}
constexpr Int8QuadLayout int8_quad_layout(const Convolution& c, const Int8QuadInstructions& has) noexcept {
    const std::size_t together = int8_taps_are_together(c) ? c.axes[2].kernel : 1;
    return {has, c.taps() / together, together * c.group_channels(), c.group_filters(), c.groups};
}

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
    while (band.pixels > 8 && band.bytes(c) > most)
        band.pixels = (band.pixels + 1) / 2;
    while (band.lines < c.axes[1].output && Int8Band{band.lines + 1, band.pixels}.bytes(c) <= most)
        ++band.lines;
    return band;
}

} // namespace burin::kernels
