#pragma once

#include "burin/graph/op.hpp"
#include "burin/layers/window.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin {

namespace detail {

/// Squares of `Block` · `Block` pixels as one pixel with so many times the channels, or back. These are, of
/// each pixel of the square, all channels (TensorFlow, ONNX's DCR), or, of each channel, all pixels of the
/// square (PyTorch, CRD).
template <std::size_t Block, bool ToSpace, bool ByChannel>
struct PixelBlocks : Op {
    static_assert(Block > 0, "a block has at least one pixel");

    static constexpr std::size_t block = Block;
    static constexpr OpTraits traits{.streams = true, .keeps_range = true};

    static constexpr Text<64> name() {
        const std::string_view kind = ByChannel ? (ToSpace ? "PixelShuffle<" : "PixelUnshuffle<")
                                                : (ToSpace ? "DepthToSpace<" : "SpaceToDepth<");
        return Text<64>(kind).append(Block).append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        const Shape& image = inputs[0];
        if (image.rank != 3)
            return {.expected = image_of<2>, .hint = "channels are the last axis"};
        if (ToSpace)
            return image[2] % (Block * Block) != 0
                       ? InferredShape{.expected = "channels that are a multiple of the pixels of a block"}
                       : InferredShape{
                             .shape = Shape(image[0] * Block, image[1] * Block, image[2] / (Block * Block))};
        return image[0] % Block != 0 || image[1] % Block != 0
                   ? InferredShape{.expected = "a height and a width that are multiples of the block"}
                   : InferredShape{.shape =
                                       Shape(image[0] / Block, image[1] / Block, image[2] * Block * Block)};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        move<ToSpace, ToSpace ? Shapes::output : Shapes::inputs[0]>(run.inputs[0], run.output, run.rows);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        move<!ToSpace, ToSpace ? Shapes::output : Shapes::inputs[0]>(run.output_gradient, run.input_gradient,
                                                                     run.rows);
    }

  private:
    /// Between the image and its blocks, line by line of the image.
    template <bool Widens, Shape Image, class Scalar>
    static void move(const Scalar* from, Scalar* to, std::size_t rows) noexcept {
        constexpr std::size_t channels = Image[2], line = Image[1] * channels,
                              whole = Block * Block * channels;
        for (std::size_t y = 0; y < rows * Image[0]; ++y) {
            const std::size_t in_block = y % Block * Block;
            for (std::size_t x = 0; x < Image[1] / Block; ++x) {
                const std::size_t image = y * line + x * Block * channels,
                                  deep = (y / Block * (Image[1] / Block) + x) * whole;
                if constexpr (ByChannel) {
                    for (std::size_t k = 0; k < Block; ++k)
                        for (std::size_t c = 0; c < channels; ++c) {
                            const std::size_t wide_at = image + k * channels + c,
                                              deep_at = deep + c * Block * Block + in_block + k;
                            to[Widens ? wide_at : deep_at] = from[Widens ? deep_at : wide_at];
                        }
                } else {
                    const std::size_t deep_at = deep + in_block * channels;
                    std::copy_n(from + (Widens ? deep_at : image), Block * channels,
                                to + (Widens ? image : deep_at));
                }
            }
        }
    }
};

} // namespace detail

/// `[height, width, Block² · channels]` becomes `[Block · height, Block · width, channels]`: the channels of
/// a pixel are those of a square of pixels, line by line. TensorFlow's depth_to_space.
template <std::size_t Block>
struct DepthToSpace : detail::PixelBlocks<Block, true, false> {};

/// The way back from DepthToSpace: TensorFlow's space_to_depth.
template <std::size_t Block>
struct SpaceToDepth : detail::PixelBlocks<Block, false, false> {};

/// As DepthToSpace, but the channels of a pixel are, one after the other, the squares of each channel:
/// PyTorch's PixelShuffle.
template <std::size_t Block>
struct PixelShuffle : detail::PixelBlocks<Block, true, true> {};

/// The way back from PixelShuffle.
template <std::size_t Block>
struct PixelUnshuffle : detail::PixelBlocks<Block, false, true> {};

} // namespace burin
