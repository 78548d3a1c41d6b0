#pragma once

#include "burin/core/text.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/int8/quad_layout.hpp"
#include "burin/kernels/machine.hpp"

#include <cstddef>
#include <string_view>

namespace burin::kernels {

/// What a processor's instructions for 8-bit integers offer to choose from.
struct Int8Instructions {
    std::size_t block = 1;        ///< Elements that one dot product takes.
    std::size_t tile_rows = 2;    ///< The register tile: rows of inputs
    std::size_t tile_columns = 2; ///< and columns of weights;
    std::size_t row_columns = 2;  ///< so many where the rows are no whole tile.
    /// Of a block of a row that is widened once for all columns; 0 where none is.
    std::size_t widened_bytes = 0;
    std::size_t lanes = 4;         ///< Channels that a depthwise convolution sums at a time, each by itself,
    std::size_t pair_channels = 0; ///< or by pairs of taps; 0 where there are no pairs,
    std::size_t most_pairs = 0;    ///< which are so many at most.
    bool panels = false;           ///< Weights can be packed into panels of pairs: their sums stay in lanes.
    Int8QuadInstructions quads{};  ///< Weights are packed beforehand, four products of a sum side by side.

    /// Of a tile of so many rows.
    constexpr std::size_t columns_of(std::size_t rows) const {
        return rows == 1 ? row_columns : tile_columns;
    }

    friend constexpr bool operator==(const Int8Instructions&, const Int8Instructions&) = default;
};

constexpr Int8Instructions int8_instructions(DotProduct dot_product) noexcept {
    switch (dot_product) {
    case DotProduct::smlad:
        return {.block = 4, .row_columns = 4, .widened_bytes = 8, .pair_channels = 4, .most_pairs = 13};
    case DotProduct::helium:
        return {.block = 16, .lanes = 16};
    case DotProduct::sse2:
        return {.block = 16, .tile_rows = 1, .tile_columns = 4, .row_columns = 4, .lanes = 16};
    case DotProduct::neon:
    case DotProduct::neon_dot:
        return {.block = 16, .tile_columns = 4, .row_columns = 4, .lanes = 16};
    case DotProduct::avx2:
    case DotProduct::avx_vnni:
    case DotProduct::avx512_vnni:
        return {.block = dot_product == DotProduct::avx512_vnni ? std::size_t(64) : 32,
                .tile_columns = 4,
                .row_columns = 4,
                .lanes = 16,
                .pair_channels = 16,
                .most_pairs = 64,
                .panels = true,
                .quads = {dot_product == DotProduct::avx512_vnni ? std::size_t(16) : 8,
                          dot_product == DotProduct::avx2 ? 0 : 128}};
    case DotProduct::scalar:
        break;
    }
    return {};
}

/// How a product, a convolution or a depthwise convolution of 8-bit integers is computed.
enum class Int8Way {
    tiles,           ///< Dot products, a register tile of rows and columns at a time.
    panels,          ///< Weights packed into panels of pairs, which pays from a few rows on.
    quads,           ///< Weights packed beforehand, four products of a sum side by side.
    depthwise_quads, ///< Depthwise: four taps at a time, weights packed beforehand.
    pairs,           ///< Depthwise: two taps at a time.
    lanes,           ///< Depthwise: a tap at a time, several channels each by itself.
    one_by_one,      ///< Depthwise: several filters of a channel.
};

struct Int8Choice {
    DotProduct dot_product = DotProduct::scalar;
    Int8Way way = Int8Way::tiles;
    std::size_t block = 1;       ///< Elements that an instruction takes, or channels.
    std::size_t rows = 1;        ///< Rows of a tile,
    std::size_t columns = 1;     ///< and columns.
    bool copies_patches = false; ///< What an output sees is copied first; else pixels are rows as they lie.

    friend constexpr bool operator==(const Int8Choice&, const Int8Choice&) = default;
};

/// y = x · w of `rows` rows of x.
struct Int8Product {
    std::size_t rows, depth, channels;
};

/// Of panels: the deepest product whose widened rows have room, the rows of a tile, and its columns.
inline constexpr std::size_t int8_deepest_panel = 1024, int8_panel_rows = 4, int8_panel_columns = 16;

/// The rows from which on packing weights into panels pays.
inline constexpr std::size_t int8_rows_of_panels = 8;

/// Of packed quads: the deepest product, and the largest band of an image, that are copied to the stack.
inline constexpr std::size_t int8_deepest_quads = 32 * 1024, int8_largest_band = 128 * 1024;

/// Rows of a register tile whose weights are packed quads: with so many vectors of sums.
constexpr std::size_t int8_quad_rows(std::size_t vectors, std::size_t registers) noexcept {
    if (registers >= 32)
        return vectors == 4 ? 6 : 8;
    return vectors > 2 ? 2 : 4;
}

/// With `is_packed`, weights may be laid out beforehand.
constexpr Int8Choice choose_int8(const Int8Product& product, const Machine& machine,
                                 bool is_packed = true) noexcept {
    const Int8Instructions has = int8_instructions(machine.dot_product);
    if (has.quads.lanes > 0 && is_packed && product.depth <= int8_deepest_quads) {
        const std::size_t vectors =
            Int8QuadLayout{.has = has.quads, .channels = product.channels}.vectors_from(0);
        return {machine.dot_product, Int8Way::quads, Int8QuadLayout::quad,
                product.rows == 1 ? 1 : int8_quad_rows(vectors, machine.registers),
                vectors * has.quads.lanes};
    }
    if (has.panels && product.rows >= int8_rows_of_panels && product.depth <= int8_deepest_panel)
        return {machine.dot_product, Int8Way::panels, 2, int8_panel_rows, int8_panel_columns};
    const std::size_t rows = product.rows >= has.tile_rows ? has.tile_rows : 1;
    return {machine.dot_product, Int8Way::tiles, has.block, rows, has.columns_of(rows)};
}

/// Whether the whole image, as it lies, is what the only output sees: windows of a piece of a sequence are.
constexpr bool int8_image_is_patch(const Convolution& c) noexcept {
    bool each_axis = true;
    for (const ConvolutionAxis& axis : c.axes)
        each_axis = each_axis && axis.kernel == axis.input && axis.output == 1 && axis.before == 0 &&
                    (axis.kernel == 1 || axis.dilation == 1);
    return each_axis && c.groups == 1;
}

/// Whether each row of the product is a pixel as it lies in the image.
constexpr bool int8_pixels_are_patches(const Convolution& c) noexcept {
    bool each_axis = true;
    for (const ConvolutionAxis& axis : c.axes)
        each_axis = each_axis && axis.kernel == 1 && axis.stride == 1 && !axis.needs_padding();
    return each_axis && c.groups == 1;
}

/// A convolution of so many images: the product of what the outputs see with the weights.
constexpr Int8Choice choose_int8_convolution(const Convolution& c, std::size_t images, const Machine& machine,
                                             bool is_packed = true) noexcept {
    const bool fits = int8_band(c).bytes(c) <= int8_largest_band;
    Int8Choice choice =
        choose_int8({images * c.output_pixels(), c.depth(), c.group_filters()}, machine, is_packed && fits);
    choice.copies_patches =
        !int8_pixels_are_patches(c) && (choice.way == Int8Way::quads || !int8_image_is_patch(c));
    return choice;
}

/// Whether a depthwise convolution goes four taps at a time: of height and width, one filter a channel, and
/// lines of which some fit a stack.
constexpr bool int8_taps_in_quads(const Convolution& c) noexcept {
    constexpr std::size_t most = 64 * 1024;
    return c.filters == c.channels && c.axes[0].kernel == 1 && c.axes[0].input == 1 &&
           c.axes[0].output == 1 &&
           (c.axes[1].reach() + 1) * c.axes[2].padded() * std::min<std::size_t>(64, 2 * c.channels) <= most;
}

/// Whether a depthwise convolution goes two taps at a time: of height and width, one filter a channel.
constexpr bool int8_taps_in_pairs(const Convolution& c, std::size_t most_pairs) noexcept {
    return c.filters == c.channels && c.axes[0].kernel == 1 && c.axes[0].input == 1 &&
           c.axes[0].output == 1 && c.taps() <= 2 * most_pairs;
}

/// With `is_packed`, weights may be laid out beforehand.
constexpr Int8Choice choose_int8_depthwise(const Convolution& c, const Machine& machine,
                                           bool is_packed = true) noexcept {
    const Int8Instructions has = int8_instructions(machine.dot_product);
    if (has.quads.lanes > 0 && is_packed && int8_taps_in_quads(c))
        return {machine.dot_product, Int8Way::depthwise_quads, 4 * has.quads.lanes, 1, 1, true};
    if (has.pair_channels > 0 && c.filters >= has.pair_channels && int8_taps_in_pairs(c, has.most_pairs))
        return {machine.dot_product, Int8Way::pairs, has.pair_channels};
    if (has.pair_channels == 0 && c.filters == c.channels && c.filters >= has.lanes)
        return {machine.dot_product, Int8Way::lanes, has.lanes};
    return {machine.dot_product, Int8Way::one_by_one, 1};
}

/// Calls `run` with the choice of so many rows as a constant, where `ChoiceOf` chooses by rows and they are
/// known at run time only. They decide whether there are panels, and nothing else that the loops ask: which
/// rows fill a tile these see by themselves.
template <auto ChoiceOf, class Run>
[[gnu::always_inline]] inline void with_int8_choice([[maybe_unused]] std::size_t rows,
                                                    const Run& run) noexcept {
    constexpr Int8Choice few = ChoiceOf(1), many = ChoiceOf(int8_rows_of_panels);
    if constexpr (few.way != many.way)
        if (ChoiceOf(rows).way == many.way)
            return run.template operator()<many>();
    run.template operator()<few>();
}

constexpr std::string_view name_of(DotProduct dot_product) noexcept {
    switch (dot_product) {
    case DotProduct::smlad:
        return "SMLAD";
    case DotProduct::helium:
        return "Helium";
    case DotProduct::sse2:
        return "SSE2";
    case DotProduct::neon:
        return "NEON";
    case DotProduct::neon_dot:
        return "NEON dot product";
    case DotProduct::avx2:
        return "AVX2";
    case DotProduct::avx_vnni:
        return "AVX-VNNI";
    case DotProduct::avx512_vnni:
        return "AVX512-VNNI";
    case DotProduct::scalar:
        break;
    }
    return "scalar";
}

/// As in `AVX2, 4 × 16 register tiles, weights packed into panels, patches copied`.
constexpr Text<120> describe(const Int8Choice& choice) {
    Text<120> text(name_of(choice.dot_product));
    switch (choice.way) {
    case Int8Way::quads:
        text.append(", ").append(choice.rows).append(" × ").append(choice.columns);
        text.append(" register tiles, weights packed beforehand");
        return text.append(choice.copies_patches ? ", bands of the image copied" : "");
    case Int8Way::tiles:
    case Int8Way::panels:
        text.append(", ").append(choice.rows).append(" × ").append(choice.columns).append(" register tiles");
        if (choice.way == Int8Way::panels)
            text.append(", weights packed into panels");
        else
            text.append(" of dot products of ").append(choice.block);
        return text.append(choice.copies_patches ? ", patches copied" : "");
    case Int8Way::depthwise_quads:
        return text.append(", taps in fours, ")
            .append(choice.block)
            .append(" lanes at a time, ")
            .append("bands of the image copied");
    case Int8Way::pairs:
        return text.append(", taps in pairs, ").append(choice.block).append(" channels at a time");
    case Int8Way::lanes:
        return text.append(", tap by tap, ").append(choice.block).append(" channels at a time");
    case Int8Way::one_by_one:
        break;
    }
    return text.append(", one product at a time");
}

} // namespace burin::kernels
