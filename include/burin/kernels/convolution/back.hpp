#pragma once

#include "burin/kernels/convolution/finish.hpp"
#include "burin/kernels/convolution/groups.hpp"
#include "burin/kernels/convolution/patches.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/products/scattered_product.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/transpose.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels::detail {

/// Elements that a convolution's weights take, transposed for the gradient of its inputs.
template <Convolution C>
inline constexpr std::size_t transposed_weights = C.taps() * C.group_filters() * C.channels;

/// Rows first … first + count of a matrix, transposed into columns of a matrix in panels of `count` columns
/// and `depth` rows, from its row `to_row` on.
template <class Scalar>
void transpose_block(PanelView<const Scalar> from, std::size_t from_columns, std::size_t first,
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

/// For each class of inputs and each group, a matrix in panels of [taps · filters, channels].
template <Convolution C, class Scalar>
void transpose_weights(const Scalar* w, Scalar* transposed) noexcept {
    constexpr auto& patches = gradient_patches<C>;
    constexpr std::size_t channels = C.group_channels(), filters = C.group_filters();
    for (const GradientClass& each : patches.classes)
        for (std::size_t group = 0; group < C.groups; ++group) {
            for (std::size_t t = 0; t < each.taps; ++t)
                transpose_block(weights_of_group<C>(w, group), filters,
                                patches.taps[each.first_tap + t] * channels, channels, transposed,
                                each.taps * filters, t * filters);
            transposed += each.taps * filters * channels;
        }
}

/// dx = finish(start + Σ over the outputs that each input is part of), input by input: a convolution of
/// stride 1 with transposed weights for each class of inputs.
template <Convolution C, class Scalar, class Finish>
void gather_back(const Scalar* dy, const Scalar* w, const Scalar* start, Scalar* dx, std::size_t rows,
                 Scalar* scratch, Finish finish) noexcept {
    using Patches = GradientPatches<C>;
    constexpr auto& patches = gradient_patches<C>;
    constexpr Panels panels = kernels::panels<Scalar>(C.group_channels());
    constexpr ColumnKind kind = column_kind(panels, width<Scalar>);
    constexpr std::size_t x_size = C.input_pixels() * C.channels, y_size = C.output_pixels() * C.filters;
    constexpr Pitches pixel = pitches(C.axes[1].input, C.axes[2].input, 1);
    constexpr RowSteps left_steps{Patches::pitch.x, Patches::pitch.y, Patches::pitch.z, y_size};
    constexpr RowSteps row_steps{pixel.x * C.axes[2].stride, pixel.y * C.axes[1].stride,
                                 pixel.z * C.axes[0].stride, C.input_pixels()};
    Scalar* const transposed = scratch;
    Scalar* const frame = scratch + transposed_weights<C>;
    transpose_weights<C>(w, transposed);

    const auto multiply = [&](const Scalar* image, Scalar* result, std::size_t images,
                              const GradientClass& each, const Scalar* weights, const ClippedRun& lines,
                              const ClippedRun& columns) {
        const std::size_t depth = each.taps * C.group_filters();
        ScatteredProduct<Scalar> product;
        product.offsets = patches.offsets.data() + each.first_segment;
        product.segments = each.segments;
        product.length = patches.length(each);
        const std::size_t taps_of_line = each.axis_taps[2];
        if (Patches::clips && each.segments > 0) {
            const std::size_t segments_of_line = Patches::merged ? 1 : taps_of_line;
            product.offsets += lines.first_tap * segments_of_line;
            product.segments = lines.taps * segments_of_line;
            product.right_first = lines.first_tap * taps_of_line * C.group_filters();
            if (Patches::clips_columns) {
                image += columns.first_tap * C.filters;
                product.length = columns.taps * C.filters;
                product.right_first += columns.first_tap * C.filters;
                product.right_gap = (taps_of_line - columns.taps) * C.filters;
            }
        }
        image += lines.first * left_steps.y + columns.first * left_steps.x;
        const std::size_t row = pixel.of(each.first[0], each.first[1], each.first[2]) +
                                lines.first * row_steps.y + columns.first * row_steps.x;
        const std::array<std::size_t, 3> extent{each.extent[0], lines.count, columns.count};
        for (std::size_t group = 0; group < C.groups; ++group) {
            product.right = {weights, panels.width, panels.last, panels.width * depth};
            product.result = pixels_of_group<C.channels, C.groups>(result, group);
            product.start = start == nullptr ? nullptr : start + group * C.group_channels();
            const RowCursor<Scalar> cursor(image + group * C.group_filters(), row, extent, left_steps,
                                           row_steps);
            multiply_scattered<kind, 0>(cursor, images * extent[0] * extent[1] * extent[2], panels, product,
                                        finish);
            weights += depth * C.group_channels();
        }
    };
    const auto multiply_classes = [&](const Scalar* image, Scalar* result, std::size_t images) {
        const Scalar* weights = transposed;
        for (std::size_t i = 0; i < patches.classes.size(); ++i) {
            const GradientClass& each = patches.classes[i];
            const auto run = [&](const ClippedRun& lines, const ClippedRun& columns) {
                multiply(image, result, images, each, weights, lines, columns);
            };
            const ClippedRun all_lines{0, each.extent[1], 0, each.axis_taps[1]},
                all_columns{0, each.extent[2], 0, each.axis_taps[2]};
            if (Patches::clips)
                for_clipped_boxes(patches.lines[i], patches.columns[i], all_columns, Patches::clips_columns,
                                  run);
            else
                run(all_lines, all_columns);
            weights += each.taps * C.group_filters() * C.channels;
        }
    };
    if constexpr (Patches::framed) {
        std::fill_n(frame, Patches::frame.size(), Scalar(0));
        for (std::size_t row = 0; row < rows; ++row) {
            copy_into_frame(Patches::frame, dy + row * y_size, frame);
            multiply_classes(frame, dx + row * x_size, 1);
        }
    } else {
        for_images<C>(dy, y_size, dx, x_size, rows, multiply_classes);
    }
}

/// to[i] = finish(from[i])
template <class Scalar, class Finish>
void finish_line(const Scalar* from, Scalar* to, std::size_t count, Finish finish) noexcept {
    for_each_vector<Scalar>(count, [=](std::size_t, auto load_at, auto store_at) {
        store_at(to, finish(load_at(from), to, load_at));
    });
}

/// Where `scatter_back` adds up an image.
constexpr Frame3 scattered_input(const Convolution& c) {
    Frame3 frame = padded_input(c);
    for (std::size_t i = 0; i < 3; ++i) {
        frame.inside[i] = frame.image[i];
        frame.extent[i] = std::max(frame.extent[i], frame.before[i] + frame.image[i]);
    }
    return frame;
}

/// Whether it is less work to add the gradient of each output to the inputs that it is made of. A line of
/// taps then is a long row even if there are few channels, and no zeros around the outputs are multiplied;
/// but the inputs are read and written again and again.
constexpr bool scatters_back(const Convolution& c) {
    constexpr std::size_t lanes = 8; // Whatever the scalar is: scratch memory depends on it.
    if (c.groups > 1 || c.axes[2].dilation > 1 || c.axes[1].output < tallest_tile(vector_registers, 1))
        return false;
    const std::size_t row = c.axes[2].kernel * c.channels;
    const std::size_t scattered = c.output_pixels() * c.axes[0].kernel * c.axes[1].kernel * (c.filters + 4) *
                                  ((row + lanes - 1) / lanes);
    const std::size_t gathered = c.input_pixels() * c.taps() * c.filters *
                                 ((c.channels + lanes - 1) / lanes) /
                                 (c.axes[0].stride * c.axes[1].stride * c.axes[2].stride);
    return 5 * scattered < 4 * gathered;
}

/// As `gather_back`, but output by output.
template <Convolution C, class Scalar, class Finish>
void scatter_back(const Scalar* dy, const Scalar* w, const Scalar* start, Scalar* dx, std::size_t rows,
                  Scalar* scratch, Finish finish) noexcept {
    constexpr Frame3 frame = scattered_input(C);
    constexpr Pitches pitch = frame.pitches();
    constexpr std::size_t columns = C.axes[2].kernel * C.channels, lines = C.taps() / C.axes[2].kernel;
    constexpr std::size_t y_size = C.output_pixels() * C.filters, line_size = C.axes[2].input * C.channels;
    constexpr Panels panels = kernels::panels<Scalar>(columns);
    constexpr ColumnKind kind = column_kind(panels, width<Scalar>);
    // Pixels of a column come one after the other: those of a tile never add to the same input.
    constexpr std::array<std::size_t, 3> extent{C.axes[0].output, C.axes[2].output, C.axes[1].output};
    constexpr RowSteps left_steps{C.axes[2].output * C.filters, C.filters,
                                  C.axes[1].output * C.axes[2].output * C.filters, 0};
    constexpr RowSteps row_steps{C.axes[1].stride * pitch.y, C.axes[2].stride * pitch.x,
                                 C.axes[0].stride * pitch.z, 0};
    constexpr std::size_t whole_row = 0;
    Scalar* const transposed = scratch;
    Scalar* const sums = scratch + transposed_weights<C>;
    for (std::size_t line = 0; line < lines; ++line)
        transpose_block(weights_of_group<C>(w, 0), C.filters, line * columns, columns,
                        transposed + line * columns * C.filters, C.filters, 0);

    ScatteredProduct<Scalar> product;
    product.offsets = &whole_row;
    product.segments = 1;
    product.length = C.filters;
    product.adds = true;
    for (std::size_t row = 0; row < rows; ++row, dy += y_size) {
        std::fill_n(sums, frame.size(), Scalar(0));
        if (start != nullptr)
            for (std::size_t i = 0; i < frame.size(); i += C.channels)
                std::copy_n(start, C.channels, sums + i);
        for (std::size_t line = 0; line < lines; ++line) {
            product.right = in_panels<C.filters, columns>(
                static_cast<const Scalar*>(transposed + line * columns * C.filters));
            product.result = {sums + pitch.of(line / C.axes[1].kernel * C.axes[0].dilation,
                                              line % C.axes[1].kernel * C.axes[1].dilation, 0),
                              1, 1, panels.width};
            multiply_scattered<kind, 0>(RowCursor<Scalar>(dy, 0, extent, left_steps, row_steps),
                                        C.output_pixels(), panels, product, Anywhere<StoreSum>{});
        }
        for (std::size_t z = 0; z < C.axes[0].input; ++z)
            for (std::size_t y = 0; y < C.axes[1].input; ++y, dx += line_size)
                finish_line(sums + pitch.of(z + frame.before[0], y + frame.before[1], frame.before[2]), dx,
                            line_size, finish);
    }
}

template <Convolution C, class Scalar, class Finish>
void convolve_back(const Scalar* dy, const Scalar* w, const Scalar* start, Scalar* dx, std::size_t rows,
                   Scalar* scratch, Finish finish) noexcept {
    if constexpr (scatters_back(C))
        scatter_back<C>(dy, w, start, dx, rows, scratch, finish);
    else
        gather_back<C>(dy, w, start, dx, rows, scratch, finish);
}

} // namespace burin::kernels::detail
