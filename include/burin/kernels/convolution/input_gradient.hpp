#pragma once

#include "burin/kernels/convolution/choose.hpp"
#include "burin/kernels/convolution/convolve.hpp"
#include "burin/kernels/convolution/epilogue.hpp"
#include "burin/kernels/convolution/patch_product.hpp"
#include "burin/kernels/convolution/patches.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/transpose.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels::detail {

/// Elements that the transposed weights take.
constexpr std::size_t transposed_weights(const Convolution& c) {
    return c.taps() * c.group_filters() * c.channels;
}

/// Rows first … first + count of a matrix, transposed: columns of a matrix in panels of `count` columns and
/// `depth` rows, from its row `to_row` on.
template <class Scalar>
void transpose_rows(PanelView<const Scalar> from, std::size_t from_columns, std::size_t first,
                    std::size_t count, Scalar* to, std::size_t depth, std::size_t to_row) noexcept {
    const Panels from_panels = panels<Scalar>(from_columns), to_panels = panels<Scalar>(count);
    for (std::size_t p = 0; p < from_panels.count(); ++p, from.skip_panels(1)) {
        const std::size_t row = p < from_panels.full ? from.row : from.last_row;
        for (std::size_t q = 0; q < to_panels.count(); ++q) {
            const std::size_t columns = to_panels.columns(q), done = to_panels.first_column(q);
            transpose(columns, from_panels.columns(p), from.data + (first + done) * row, row,
                      to + done * depth + (to_row + from_panels.first_column(p)) * columns, columns);
        }
    }
}

/// dx = finish(start + Σ over the outputs that each input is part of), input by input: a convolution of
/// stride 1 with transposed weights for each class of inputs, a matrix in panels of [taps · filters,
/// channels] for each class and group.
template <Convolution C, ConvolutionChoice Choice, class Scalar, class Finish>
void convolve_transposed(const Scalar* dy, const Scalar* w, const Scalar* start, Scalar* dx, std::size_t rows,
                         Scalar* scratch, Finish finish) noexcept {
    constexpr auto& patches = patches_of<C, Direction::to_inputs>;
    constexpr std::size_t channels = C.group_channels(), filters = C.group_filters();
    constexpr Panels panels = kernels::panels<Scalar>(channels);
    const auto place = [=](const PixelClass& each, std::size_t group) {
        return scratch + (each.first_tap * C.groups + group * each.taps) * filters * channels;
    };
    for (const PixelClass& each : patches.classes)
        for (std::size_t group = 0; group < C.groups; ++group)
            for (std::size_t t = 0; t < each.taps; ++t)
                transpose_rows(weights_of_group<C>(w, group), filters,
                               patches.taps[each.first_tap + t] * channels, channels, place(each, group),
                               each.taps * filters, t * filters);
    const auto weights_of = [=](const PixelClass& each, std::size_t group) {
        return PanelView<const Scalar>{place(each, group), panels.width, panels.last,
                                       panels.width * each.taps * filters};
    };
    convolve<C, Direction::to_inputs, Choice>(dy, weights_of, start, dx, rows,
                                              scratch + transposed_weights(C), finish);
}

/// The same, output by output: dy · wᵀ has the gradient of a patch in each row, which is added to the inputs
/// that it is made of, a line of taps at a time (col2im).
template <Convolution C, ConvolutionChoice Choice, class Scalar, class Finish>
void sum_patches(const Scalar* dy, const Scalar* w, const Scalar* start, Scalar* dx, std::size_t rows,
                 Scalar* scratch, Finish finish) noexcept {
    constexpr PaddedImage padded = summed_input(C);
    constexpr Pitches pitch = padded.pitches();
    constexpr std::size_t columns = C.axes[2].kernel * C.channels, lines = C.taps() / C.axes[2].kernel;
    constexpr std::size_t y_size = C.output_pixels() * C.filters, line_size = C.axes[2].input * C.channels;
    constexpr Panels panels = kernels::panels<Scalar>(columns);
    // Pixels of a column come one after the other: those of a tile never add to the same input.
    constexpr std::array<std::size_t, 3> extent{C.axes[0].output, C.axes[2].output, C.axes[1].output};
    constexpr RowSteps left_steps{C.axes[2].output * C.filters, C.filters,
                                  C.axes[1].output * C.axes[2].output * C.filters, 0};
    constexpr RowSteps row_steps{C.axes[1].stride * pitch.y, C.axes[2].stride * pitch.x,
                                 C.axes[0].stride * pitch.z, 0};
    constexpr PatchTiles tiles = with_rows(patch_tiles(Choice), C.output_pixels());
    constexpr std::size_t whole_row = 0;
    Scalar* const transposed = scratch;
    Scalar* const sums = scratch + transposed_weights(C);
    for (std::size_t line = 0; line < lines; ++line)
        transpose_rows(weights_of_group<C>(w, 0), C.filters, line * columns, columns,
                       transposed + line * columns * C.filters, C.filters, 0);

    PatchProduct<Scalar> product;
    product.offsets = &whole_row;
    product.segments = 1;
    product.length = C.filters;
    product.adds = true;
    for (std::size_t row = 0; row < rows; ++row, dy += y_size) {
        std::fill_n(sums, padded.size(), Scalar(0));
        if (start != nullptr)
            for (std::size_t i = 0; i < padded.size(); i += C.channels)
                std::copy_n(start, C.channels, sums + i);
        for (std::size_t line = 0; line < lines; ++line) {
            product.right = in_panels<C.filters, columns>(
                static_cast<const Scalar*>(transposed + line * columns * C.filters));
            product.result = {sums + pitch.of(line / C.axes[1].kernel * C.axes[0].dilation,
                                              line % C.axes[1].kernel * C.axes[1].dilation, 0),
                              1, 1, panels.width};
            multiply_patches<tiles>(PatchCursor<Scalar>(dy, 0, extent, left_steps, row_steps),
                                    C.output_pixels(), panels, product, Anywhere<StoreSum>{});
        }
        for (std::size_t z = 0; z < C.axes[0].input; ++z)
            for (std::size_t y = 0; y < C.axes[1].input; ++y, dx += line_size) {
                const Scalar* const line =
                    sums + pitch.of(z + padded.before[0], y + padded.before[1], padded.before[2]);
                for_each_vector<Scalar>(line_size, [=](std::size_t, auto load_at, auto store_at) {
                    store_at(dx, finish(load_at(line), dx, load_at));
                });
            }
    }
}

/// dx, by whichever of the two is less work.
template <Convolution C, class Scalar, class Finish>
void convolve_back(const Scalar* dy, const Scalar* w, const Scalar* start, Scalar* dx, std::size_t rows,
                   Scalar* scratch, Finish finish) noexcept {
    static constexpr ConvolutionChoice choice =
        convolution_choice<ConvolutionProduct::input_gradient, C, Scalar>;
    if constexpr (choice.way == ConvolutionWay::col2im)
        sum_patches<C, choice>(dy, w, start, dx, rows, scratch, finish);
    else
        convolve_transposed<C, choice>(dy, w, start, dx, rows, scratch, finish);
}

} // namespace burin::kernels::detail
