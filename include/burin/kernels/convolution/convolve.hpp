#pragma once

#include "burin/kernels/convolution/choose.hpp"
#include "burin/kernels/convolution/patch_product.hpp"
#include "burin/kernels/convolution/patches.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/products/operands.hpp"
#include "burin/kernels/products/panels.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

/// The weights of one group.
template <Convolution C, class Scalar>
constexpr PanelView<Scalar> weights_of_group(Scalar* w, std::size_t group) noexcept {
    if constexpr (C.groups == 1)
        return in_panels<C.depth(), C.filters>(w);
    else
        return {w + group * C.group_filters(), C.filters, C.filters,
                panels<std::remove_const_t<Scalar>>(C.group_filters()).width};
}

/// The columns of one group in a matrix with a row for each pixel.
template <std::size_t Columns, std::size_t Groups, class Scalar>
constexpr PanelView<Scalar> pixels_of_group(Scalar* pixels, std::size_t group) noexcept {
    return {pixels + group * (Columns / Groups), Columns, Columns,
            panels<std::remove_const_t<Scalar>>(Columns / Groups).width};
}

/// Calls f(source, result, count) for the images as they are, `Choice.images` at a time, or where they need
/// zeros around them one by one, copied into `padded`.
template <class Patches, ConvolutionChoice Choice, class Scalar, class Result, class Function>
void for_padded_images(const Scalar* source, Result* result, std::size_t result_size, std::size_t rows,
                       Scalar* padded, Function f) noexcept {
    constexpr PaddedImage all = Patches::padded;
    constexpr std::size_t size = all.image[0] * all.image[1] * all.image[2] * all.channels;
    if constexpr (Choice.pads)
        clear_padding(all, padded);
    constexpr std::size_t together = Choice.images; // By reference clang 19 reads another member.
    for (std::size_t row = 0; row < rows; row += together) {
        const Scalar* image = source + row * size;
        if constexpr (Choice.pads) {
            copy_into_padding(all, image, padded);
            image = padded;
        }
        f(image, result + row * result_size, std::min(together, rows - row));
    }
}

/// Calls f(class, lines, columns) for boxes of pixels that see the same taps: of each class all of them or,
/// where they are clipped, lines that see the same lines of taps and, where columns are clipped and it pays,
/// columns that see the same columns of taps.
template <Convolution C, Direction To, ConvolutionChoice Choice, class Function>
[[gnu::always_inline]] constexpr void for_boxes(Function f) noexcept {
    constexpr std::size_t enough = 4; // Lower tiles cost more than they save.
    constexpr auto& patches = patches_of<C, To>;
    for (std::size_t i = 0; i < patches.classes.size(); ++i) {
        const PixelClass& each = patches.classes[i];
        const TapRun all_lines{.count = each.extent[1], .taps = each.axis_taps[1]},
            all_columns{.count = each.extent[2], .taps = each.axis_taps[2]};
        if (!Choice.clips_lines) {
            f(each, all_lines, all_columns);
            continue;
        }
        for (const TapRun& line : patches.lines[i].span())
            if (Choice.clips_columns && line.count >= enough)
                for (const TapRun& column : patches.columns[i].span())
                    f(each, line, column);
            else
                f(each, line, all_columns);
    }
}

constexpr PatchTiles patch_tiles(const ConvolutionChoice& choice) {
    return {.full = choice.tile,
            .last = choice.last,
            .unrolled = choice.unrolled,
            .last_is_narrow = choice.last_is_narrow};
}

/// What each box of pixels of one image or more is made of.
template <Convolution C, Direction To, ConvolutionChoice Choice>
constexpr PatchTiles tiles_of_boxes() {
    constexpr std::size_t enough = 64; // The rows of more images are divided into the same heights.
    constexpr std::size_t together = Choice.images; // By reference clang 19 reads another member.
    PatchTiles tiles = patch_tiles(Choice);
    for_boxes<C, To, Choice>([&](const PixelClass& each, const TapRun& lines, const TapRun& columns) {
        for (std::size_t images = 1; images <= std::min(together, enough); ++images)
            tiles = with_rows(tiles, images * each.extent[0] * lines.count * columns.count);
    });
    return tiles;
}

/// result = finish(start + Σ patch · weights), the outputs of a convolution or of a transposed one; the right
/// matrix of a class and a group is `weights_of(class, group)`.
template <Convolution C, Direction To, ConvolutionChoice Choice, class Scalar, class Weights, class Finish>
void convolve(const Scalar* source, Weights weights_of, const Scalar* start, Scalar* result, std::size_t rows,
              Scalar* padded, Finish finish) noexcept {
    using Patches = detail::Patches<C, To>;
    constexpr auto& patches = patches_of<C, To>;
    constexpr std::size_t channels = Patches::source_channels, group_channels = channels / C.groups;
    constexpr std::size_t columns_of_group = Patches::result_channels / C.groups;
    constexpr Panels panels = kernels::panels<Scalar>(columns_of_group);

    const auto multiply = [&](const Scalar* image, Scalar* to, std::size_t images, const PixelClass& each,
                              const TapRun& lines, const TapRun& columns) {
        const std::size_t taps_of_line = each.axis_taps[2];
        // What is not clipped stays a constant that is known where the product is compiled.
        PatchProduct<Scalar> product;
        product.offsets = patches.offsets.data() + each.first_segment;
        product.segments = each.segments;
        product.length = Patches::is_merged ? taps_of_line * channels : group_channels;
        if (Choice.clips_lines && each.segments > 0) {
            const std::size_t segments_of_line = Patches::is_merged ? 1 : taps_of_line;
            product.offsets += lines.tap * segments_of_line;
            product.segments = lines.taps * segments_of_line;
            product.right_first = lines.tap * taps_of_line * group_channels;
        }
        if (Choice.clips_columns && each.segments > 0) {
            image += columns.tap * channels;
            product.length = columns.taps * channels;
            product.right_first += columns.tap * channels;
            product.right_gap = (taps_of_line - columns.taps) * channels;
        }
        image += lines.first * Patches::source_steps.y + columns.first * Patches::source_steps.x;
        const std::size_t row = Patches::result_pitch.of(each.first[0], each.first[1], each.first[2]) +
                                lines.first * Patches::result_steps.y +
                                columns.first * Patches::result_steps.x;
        const std::array<std::size_t, 3> extent{each.extent[0], lines.count, columns.count};
        for (std::size_t group = 0; group < C.groups; ++group) {
            product.right = weights_of(each, group);
            product.result = pixels_of_group<Patches::result_channels, C.groups>(to, group);
            product.start = start == nullptr ? nullptr : start + group * columns_of_group;
            const PatchCursor<Scalar> cursor(image + group * group_channels, row, extent,
                                             Patches::source_steps, Patches::result_steps);
            multiply_patches<tiles_of_boxes<C, To, Choice>()>(
                cursor, images * extent[0] * extent[1] * extent[2], panels, product, finish);
        }
    };
    for_padded_images<Patches, Choice>(
        source, result, Patches::result_steps.box * Patches::result_channels, rows, padded,
        [&](const Scalar* image, Scalar* to, std::size_t images) {
            for_boxes<C, To, Choice>(
                [&](const PixelClass& each, const TapRun& lines, const TapRun& columns)
                    __attribute__((always_inline)) { multiply(image, to, images, each, lines, columns); });
        });
}

} // namespace burin::kernels::detail
