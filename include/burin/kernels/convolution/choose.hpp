#pragma once

#include "burin/core/text.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/panels.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

enum class ConvolutionProduct { forward, weight_gradient, input_gradient };

enum class ConvolutionWay {
    dense,  ///< A 1 × 1 convolution as the product of a Dense layer, whose samples are pixels.
    im2col, ///< A product with the matrix of patches, which is read where it lies in the image.
    col2im, ///< A product that gives the gradients of patches, which are added up in the image.
};

/// How a product of a convolution is computed.
struct ConvolutionChoice {
    ConvolutionWay way = ConvolutionWay::im2col;
    Tile tile{};                 ///< Of the full panels; no rows if there are none.
    Tile last{};                 ///< Of the last panel; no rows if there are only full ones.
    bool last_is_narrow = false; ///< The last panel is half a vector, or computed as two halves.
    bool pads = false;           ///< Images are copied, one by one, to have zeros around them.
    bool clips_lines = false;    ///< Lines of taps that see zeros only are left out,
    bool clips_columns = false;  ///< and columns of them.
    std::size_t unrolled = 0;    ///< A segment of so many elements has code of its own; 0 for a loop.
    std::size_t images = 1;      ///< That go through the panels of the weights together.
    std::size_t lines = 0;       ///< Of outputs, in one partial sum of a weight gradient,
    std::size_t pixels = 0;      ///< and pixels of a line.

    friend constexpr bool operator==(const ConvolutionChoice&, const ConvolutionChoice&) = default;
};

namespace detail {

/// Where `col2im` adds up an image: all of it, and what its outputs read.
constexpr PaddedImage summed_input(const Convolution& c) {
    PaddedImage padded = padded_input(c);
    for (std::size_t i = 0; i < 3; ++i) {
        padded.inside[i] = padded.image[i];
        padded.extent[i] = std::max(padded.extent[i], padded.before[i] + padded.image[i]);
    }
    return padded;
}

/// The tallest register tile of pixels and so many vectors of columns. The rows of a forward product and of
/// an input gradient have an address each.
constexpr Tile pixel_tile(std::size_t vectors, Tail tail, bool has_addresses, const Machine& machine) {
    if (vectors == 0)
        return {0, 0, 1, tail};
    return {has_addresses ? tallest_addressed_tile(machine.registers, vectors)
                          : tallest_tile(machine.registers, vectors),
            vectors, 1, tail};
}

/// Whether it is less work to add the gradient of each output to the inputs that it is made of. A line of
/// taps then is a long row even if there are few channels, and no zeros around the outputs are multiplied;
/// but the inputs are read and written again and again. (LeNet-5's second layer, AVX2: 6.8 µs, and 10.7
/// without; with AVX-512 as long either way.)
constexpr bool sums_patches(const Convolution& c, const Machine& machine) {
    constexpr std::size_t lanes = 8; // Whatever the scalar is: scratch memory depends on it.
    if (c.groups > 1 || c.axes[2].dilation > 1 || c.axes[1].output < tallest_tile(machine.registers, 1))
        return false;
    const std::size_t row = c.axes[2].kernel * c.channels;
    const std::size_t summed = c.output_pixels() * c.axes[0].kernel * c.axes[1].kernel * (c.filters + 4) *
                               ((row + lanes - 1) / lanes);
    const std::size_t gathered = c.input_pixels() * c.taps() * c.filters *
                                 ((c.channels + lanes - 1) / lanes) /
                                 (c.axes[0].stride * c.axes[1].stride * c.axes[2].stride);
    return 5 * summed < 4 * gathered;
}

/// So many pixels go into one running sum of a weight gradient, roughly: longer ones are made of such.
inline constexpr std::size_t longest_sum = 1024;

/// Lines of outputs of which a weight gradient is made at a time: as many as keep what is read of both images
/// in three quarters of the first-level cache, but enough for long sums.
constexpr std::size_t summed_lines(const Convolution& c, std::size_t scalar_bytes, const Machine& machine) {
    constexpr std::size_t long_sum = 64;
    const std::size_t width = c.axes[2].output;
    const std::size_t line =
        scalar_bytes * (c.axes[1].stride * c.axes[2].padded() * c.channels + width * c.filters);
    const std::size_t most = std::min(machine.l1 * 3 / 4 / line, longest_sum / width);
    return std::max({most, (long_sum + width - 1) / width, std::size_t(1)});
}

} // namespace detail

/// The choice for images of scalars of so many bytes. It does not depend on how many images there are.
constexpr ConvolutionChoice choose_convolution(ConvolutionProduct product, const Convolution& c,
                                               std::size_t scalar_bytes, const Machine& machine) {
    // With AVX-512 a line of 3 × 3 taps and three channels, too; with AVX2 that takes 1.1 times as long.
    const std::size_t longest_unrolled = machine.vector_bytes == 64 ? 9 : 8;
    const bool is_back = product == ConvolutionProduct::input_gradient;
    ConvolutionChoice choice;
    if (is_back && detail::sums_patches(c, machine))
        choice.way = ConvolutionWay::col2im;
    const std::size_t lanes = machine.lanes(scalar_bytes);
    const std::size_t columns = choice.way == ConvolutionWay::col2im ? c.axes[2].kernel * c.channels
                                : is_back                            ? c.group_channels()
                                                                     : c.group_filters();
    const ColumnKind kind = column_kind(panels_of(columns, lanes), lanes, machine);
    // (16 × 16 × 32 to 32 filters with AVX-512: 39.5 µs, and 42 with tiles of twelve pixels.)
    const bool has_addresses = machine.vector_bytes == 64 && product != ConvolutionProduct::weight_gradient &&
                               choice.way == ConvolutionWay::im2col;
    choice.tile = detail::pixel_tile(kind.has_full_panels ? 2 : 0, Tail::none, has_addresses, machine);
    choice.last = detail::pixel_tile(kind.last_vectors, kind.last_tail, has_addresses, machine);
    if (choice.way == ConvolutionWay::col2im)
        return choice;
    choice.last_is_narrow = machine.narrow_vectors &&
                            (2 * columns == lanes || (machine.narrow_tiles && columns == lanes)) &&
                            product != ConvolutionProduct::weight_gradient;
    const PaddedImage padded = is_back ? padded_output(c) : padded_input(c);
    choice.pads = padded.is_padded();
    if (product == ConvolutionProduct::weight_gradient) {
        choice.lines = detail::summed_lines(c, scalar_bytes, machine);
        choice.pixels = c.axes[2].output <= 2 * detail::longest_sum ? c.axes[2].output : detail::longest_sum;
        if (!choice.pads)
            choice.images = std::max<std::size_t>(choice.lines / (c.axes[0].output * c.axes[1].output), 1);
        return choice;
    }
    // Dense splits the sums of narrow matrices, which costs it registers, but knows the extents of small
    // ones.
    if (product == ConvolutionProduct::forward && c.is_pointwise() &&
        (c.depth() * c.filters <= 2048 || c.filters > 32))
        choice.way = ConvolutionWay::dense;
    // Images and results that stay in a second-level cache of 512 KiB beside the panels of the weights; twice
    // as many are neither faster nor slower where it has 1 MiB (Zen 4: 0.98 to 1.03 of five products).
    if (!choice.pads)
        choice.images = std::max<std::size_t>(
            96 * 1024 / scalar_bytes / (c.input_pixels() * c.channels + c.output_pixels() * c.filters), 1);
    // Narrow lines are not clipped, and short segments not within lines.
    const std::size_t width = is_back ? c.axes[2].input / c.axes[2].stride : c.axes[2].output;
    const std::size_t segment = c.axes[2].kernel * padded.channels;
    const bool is_merged = merges_lines(c, !is_back);
    choice.clips_lines = may_clip(c, padded) && width >= 4;
    choice.clips_columns = choice.clips_lines && is_merged && segment > longest_unrolled;
    // LeNet-5's first layer, segments of 5: 5.8 µs, and 6.3 with a loop (AVX2).
    if (!is_back) {
        const std::size_t length = is_merged ? segment : c.group_channels();
        choice.unrolled = length <= longest_unrolled ? length : 0;
    }
    return choice;
}

/// As in "12 × 2 register tiles of patches where they lie (im2col), images padded, lines of taps clipped".
constexpr Text<160> describe(const ConvolutionChoice& choice) {
    if (choice.way == ConvolutionWay::dense)
        return "a dense product over pixels";
    const Tile& tile = choice.tile.rows > 0 ? choice.tile : choice.last;
    Text<160> text;
    text.append(tile.rows).append(" × ").append(tile.vectors).append(" register tiles of ");
    if (choice.way == ConvolutionWay::col2im)
        return text.append("gradients of patches, added up in the image (col2im)");
    text.append("patches where they lie (im2col)");
    if (choice.pads)
        text.append(", images padded");
    else if (choice.images > 1)
        text.append(", ").append(choice.images).append(" images at a time");
    if (choice.clips_lines)
        text.append(choice.clips_columns ? ", lines and columns of taps clipped" : ", lines of taps clipped");
    if (choice.unrolled > 0)
        text.append(", segments of ").append(choice.unrolled).append(" unrolled");
    if (choice.lines > 0)
        text.append(", sums of ").append(choice.lines).append(" × ").append(choice.pixels).append(" pixels");
    return text;
}

/// The choice on the processor that this is compiled for.
template <ConvolutionProduct Product, Convolution C, class Scalar>
inline constexpr ConvolutionChoice convolution_choice =
    choose_convolution(Product, C, sizeof(Scalar), this_machine);

} // namespace burin::kernels
