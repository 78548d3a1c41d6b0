#pragma once

#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/convolution_patches.hpp"
#include "burin/kernels/convolution_shape.hpp"
#include "burin/kernels/gemm.hpp"
#include "burin/kernels/scattered_product.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/transpose.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace burin::kernels {

// The products of a convolution with its weights, seen as a matrix [taps · channels of a group, filters], which
// lies in panels (see `Panels`); with groups it is row-major. Images and their gradients have channels last.
//
// No patch is copied: the rows of the left matrix are pieces of the image where they lie, and only an image
// that needs zeros around it is copied, once.

namespace detail {

/// An epilogue of a vector, wherever the sum goes.
template <class Epilogue>
struct Anywhere {
    Epilogue epilogue;

    template <class VectorType, class Scalar, class Load>
    VectorType operator()(const VectorType& sum, const Scalar*, Load) const noexcept {
        return epilogue(sum);
    }
};

/// The product with a derivative at what was activated where the sum goes.
template <class Scalar, class Derivative>
struct TimesDerivative {
    const Scalar* activated;
    const Scalar* result;
    Derivative derivative;

    template <class VectorType, class Load>
    VectorType operator()(const VectorType& sum, const Scalar* to, Load load_from) const noexcept {
        if constexpr (Derivative::reads_activation)
            return derivative(sum, load_from(activated + (to - result)));
        else
            return derivative(sum, sum);
    }
};

template <class Function>
inline constexpr bool is_identity = requires { requires Function::is_identity; };

/// What is done to a sum before it is stored. All that changes nothing is of one type, and shares its code.
template <class Epilogue>
constexpr auto finish_with(Epilogue epilogue) noexcept {
    if constexpr (is_identity<Epilogue>)
        return Anywhere<StoreSum>{};
    else
        return Anywhere<Epilogue>{epilogue};
}
template <class Derivative, class Scalar>
constexpr auto finish_with(Derivative derivative, const Scalar* activated, const Scalar* result) noexcept {
    if constexpr (is_identity<Derivative>)
        return Anywhere<StoreSum>{};
    else
        return TimesDerivative<Scalar, Derivative>{activated, result, derivative};
}

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

/// Rows of outputs of which a weight gradient is made at a time: as many as keep what is read of both images
/// in the first-level cache, but enough for long sums.
template <Convolution C, class Scalar>
constexpr std::size_t lines_at_a_time() {
    constexpr std::size_t bytes = 24 * 1024, long_sum = 64;
    const std::size_t width = C.axes[2].output;
    const std::size_t line =
        sizeof(Scalar) * (C.axes[1].stride * C.axes[2].padded() * C.channels + width * C.filters);
    return std::max({bytes / line, (long_sum + width - 1) / width, std::size_t(1)});
}

/// Images that a product goes through panel by panel: as many as stay in the second-level cache.
template <Convolution C, class Scalar>
constexpr std::size_t images_at_a_time() {
    constexpr std::size_t bytes = 96 * 1024;
    return std::max<std::size_t>(
        bytes / sizeof(Scalar) / (C.input_pixels() * C.channels + C.output_pixels() * C.filters), 1);
}

/// Calls f(x, y, count) for the images a few at a time.
template <Convolution C, class Scalar, class Function>
void for_images(const Scalar* x, std::size_t x_size, Scalar* y, std::size_t y_size, std::size_t rows,
                Function f) noexcept {
    constexpr std::size_t together = images_at_a_time<C, Scalar>();
    for (std::size_t row = 0; row < rows; row += together)
        f(x + row * x_size, y + row * y_size, std::min(together, rows - row));
}

/// Whether the forward product is that of matrices as they are, of a kind that `dense_forward` is better at: it
/// splits the sums of narrow ones, which costs it registers, but knows the extents of small ones.
constexpr bool is_dense(const Convolution& c) {
    const bool is_pointwise = c.taps() == 1 && c.groups == 1 && !c.needs_padding() &&
                              c.output_pixels() == c.input_pixels();
    return is_pointwise && (c.depth() * c.filters <= inlined_elements || c.filters > 32);
}

/// y = finish(x ∗ w + start). See `convolution_forward`.
template <Convolution C, class Scalar, class Finish>
void convolve(const Scalar* x, const Scalar* w, const Scalar* start, Scalar* y, std::size_t rows,
              Scalar* scratch, const Scalar* context, Finish finish) noexcept {
    using Patches = detail::Patches<C>;
    constexpr Panels panels = kernels::panels<Scalar>(C.group_filters());
    constexpr ColumnKind kind = column_kind(panels, width<Scalar>);
    // The loop over a short segment is worth its own code.
    constexpr std::size_t short_length = Patches::length <= 8 ? Patches::length : 0;
    constexpr RowSteps row_steps{1, C.axes[2].output, C.axes[1].output * C.axes[2].output, C.output_pixels()};

    const auto multiply = [&](const Scalar* image, Scalar* result, std::size_t images, const ClippedRun& lines,
                              const ClippedRun& columns) {
        constexpr std::size_t segments_of_line = Patches::merged ? 1 : Patches::taps_of_line;
        ScatteredProduct<Scalar> product;
        product.offsets = Patches::offsets.data();
        product.segments = Patches::count;
        product.length = Patches::length;
        if constexpr (Patches::clips) {
            product.offsets += lines.first_tap * segments_of_line;
            product.segments = lines.taps * segments_of_line;
            product.right_first = lines.first_tap * Patches::taps_of_line * C.group_channels();
        }
        if constexpr (Patches::clips_columns) {
            image += columns.first_tap * C.channels;
            product.length = columns.taps * C.channels;
            product.right_first += columns.first_tap * C.channels;
            product.right_gap = Patches::length - product.length;
        }
        image += lines.first * Patches::steps.y + columns.first * Patches::steps.x;
        const std::size_t row = lines.first * row_steps.y + columns.first;
        const std::array<std::size_t, 3> extent{C.axes[0].output, lines.count, columns.count};
        for (std::size_t group = 0; group < C.groups; ++group) {
            product.right = weights_of_group<C>(w, group);
            product.result = pixels_of_group<C.filters, C.groups>(result, group);
            product.start = start == nullptr ? nullptr : start + group * C.group_filters();
            const RowCursor<Scalar> cursor(image + group * C.group_channels(), row, extent, Patches::steps,
                                           row_steps);
            multiply_scattered<kind, short_length>(cursor, images * extent[0] * extent[1] * extent[2], panels,
                                                   product, finish);
        }
    };
    constexpr std::size_t x_size = C.input_pixels() * C.channels, y_size = C.output_pixels() * C.filters;
    if constexpr (Patches::framed) {
        constexpr std::size_t before = C.axes[2].before * C.channels;
        std::fill_n(scratch, Patches::frame.size(), Scalar(0));
        for (std::size_t row = 0; row < rows; ++row) {
            if (context != nullptr)
                std::copy_n(context + row * before, before, scratch);
            copy_into_frame(Patches::frame, x + row * x_size, scratch);
            const auto run = [&](const ClippedRun& lines, const ClippedRun& columns) {
                multiply(scratch, y + row * y_size, 1, lines, columns);
            };
            // With a context, what stands before the image counts.
            if (Patches::clips && context == nullptr) {
                static constexpr auto lines = Patches::template runs<1>();
                static constexpr auto columns = Patches::template runs<2>();
                for_clipped_boxes(lines, columns, Patches::all_columns, Patches::clips_columns, run);
            } else {
                run(Patches::all_lines, Patches::all_columns);
            }
        }
    } else {
        for_images<C>(x, x_size, y, y_size, rows,
                      [&](const Scalar* image, Scalar* result, std::size_t images) {
                          multiply(image, result, images, Patches::all_lines, Patches::all_columns);
                      });
    }
}

} // namespace detail

/// Elements that `convolution_forward` and `convolution_weight_gradient` work with.
constexpr std::size_t convolution_forward_scratch(const Convolution& c) {
    return c.needs_padding() ? padded_input(c).size() : 0;
}

/// y = epilogue(x ∗ w + b), with x [rows, input..., channels] and y [rows, output..., filters].
/// `context`, if it is not null, has for each sample what stands where zeros would before it: as many pixels of
/// a line as the last axis has `before`.
template <Convolution C, bool HasBias, class Scalar, class Epilogue>
void convolution_forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows,
                         Scalar* scratch, const Scalar* context, Epilogue epilogue) noexcept {
    if constexpr (detail::is_dense(C))
        detail::for_images<C>(x, C.input_pixels() * C.channels, y, C.output_pixels() * C.filters, rows,
                              [&](const Scalar* some, Scalar* result, std::size_t images) {
                                  dense_forward<C.channels, C.filters, HasBias>(
                                      some, w, bias, result, images * C.output_pixels(), epilogue);
                              });
    else
        detail::convolve<C>(x, w, HasBias ? bias : nullptr, y, rows, scratch, context,
                            detail::finish_with(epilogue));
}

/// dw (+)= Σ_pixels patchᵀ · dy and db (+)= Σ_pixels dy.
template <Convolution C, bool HasBias, bool Accumulate, class Scalar>
void convolution_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db, std::size_t rows,
                                 Scalar* scratch) noexcept {
    using Patches = detail::Patches<C>;
    constexpr Panels panels = kernels::panels<Scalar>(C.group_filters());
    constexpr detail::ColumnKind kind = detail::column_kind(panels, width<Scalar>);
    constexpr std::size_t lines = detail::lines_at_a_time<C, Scalar>();
    constexpr std::size_t line_size = C.axes[2].output * C.filters;

    ScatteredProduct<Scalar> product;
    product.length = C.axes[2].output;
    product.step = Patches::step.x;
    product.image_step = Patches::image_size;
    product.adds = Accumulate;
    const auto multiply = [&](const Scalar* image, const Scalar* gradient, std::size_t images,
                              std::size_t first_line, std::size_t count) {
        product.offsets = Patches::lines.data() + first_line;
        product.segments = count;
        product.images = images;
        for (std::size_t group = 0; group < C.groups; ++group) {
            product.right = detail::pixels_of_group<C.filters, C.groups>(gradient, group);
            product.result = detail::weights_of_group<C>(dw, group);
            const RowCursor<Scalar> cursor(image + group * C.group_channels(), Patches::offsets.data(),
                                           Patches::count, Patches::length);
            detail::multiply_scattered<kind, 0>(cursor, C.depth(), panels, product, detail::Anywhere<StoreSum>{});
        }
        if constexpr (HasBias)
            column_sums(gradient, images * count * C.axes[2].output, C.filters, db, product.adds);
        product.adds = true;
    };

    constexpr std::size_t x_size = C.input_pixels() * C.channels, y_size = C.output_pixels() * C.filters;
    if constexpr (Patches::framed)
        std::fill_n(scratch, Patches::frame.size(), Scalar(0));
    if constexpr (!Patches::framed && lines > Patches::line_count) {
        constexpr std::size_t together = lines / Patches::line_count;
        for (std::size_t row = 0; row < rows; row += together)
            multiply(x + row * x_size, dy + row * y_size, std::min(together, rows - row), 0,
                     Patches::line_count);
        return;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        const Scalar* image = x + row * x_size;
        if constexpr (Patches::framed) {
            copy_into_frame(Patches::frame, image, scratch);
            image = scratch;
        }
        for (std::size_t line = 0; line < Patches::line_count; line += lines)
            multiply(image, dy + row * y_size + line * line_size, 1, line,
                     std::min(lines, Patches::line_count - line));
    }
}

namespace detail {

/// Elements that a convolution's weights take, turned for the gradient of its inputs.
template <Convolution C>
inline constexpr std::size_t turned_weights = C.taps() * C.group_filters() * C.channels;

/// Rows first … first + count of a matrix, turned into columns of a matrix in panels of `count` columns and
/// `depth` rows, from its row `to_row` on.
template <class Scalar>
void turn_block(PanelView<const Scalar> from, std::size_t from_columns, std::size_t first, std::size_t count,
                Scalar* to, std::size_t depth, std::size_t to_row) noexcept {
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
void turn_weights(const Scalar* w, Scalar* turned) noexcept {
    constexpr auto& patches = gradient_patches<C>;
    constexpr std::size_t channels = C.group_channels(), filters = C.group_filters();
    for (const GradientClass& each : patches.classes)
        for (std::size_t group = 0; group < C.groups; ++group) {
            for (std::size_t t = 0; t < each.taps; ++t)
                turn_block(weights_of_group<C>(w, group), filters, patches.taps[each.first_tap + t] * channels,
                           channels, turned, each.taps * filters, t * filters);
            turned += each.taps * filters * channels;
        }
}

/// dx = finish(start + Σ over the outputs that each input is part of), input by input: a convolution of stride
/// 1 with turned weights for each class of inputs.
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
                                 pixel.z* C.axes[0].stride, C.input_pixels()};
    Scalar* const turned = scratch;
    Scalar* const frame = scratch + turned_weights<C>;
    turn_weights<C>(w, turned);

    const auto multiply = [&](const Scalar* image, Scalar* result, std::size_t images, const GradientClass& each,
                              const Scalar* weights, const ClippedRun& lines, const ClippedRun& columns) {
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
        const Scalar* weights = turned;
        for (std::size_t i = 0; i < patches.classes.size(); ++i) {
            const GradientClass& each = patches.classes[i];
            const auto run = [&](const ClippedRun& lines, const ClippedRun& columns) {
                multiply(image, result, images, each, weights, lines, columns);
            };
            const ClippedRun all_lines{0, each.extent[1], 0, each.axis_taps[1]},
                all_columns{0, each.extent[2], 0, each.axis_taps[2]};
            if (Patches::clips)
                for_clipped_boxes(patches.lines[i], patches.columns[i], all_columns, Patches::clips_columns, run);
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

/// Whether it is less work to add the gradient of each output to the inputs that it is made of. A line of taps
/// then is a long row even if there are few channels, and no zeros around the outputs are multiplied; but the
/// inputs are read and written again and again.
constexpr bool scatters_back(const Convolution& c) {
    constexpr std::size_t lanes = 8; // Whatever the scalar is: scratch memory depends on it.
    if (c.groups > 1 || c.axes[2].dilation > 1 || c.axes[1].output < tallest_tile(vector_registers, 1))
        return false;
    const std::size_t row = c.axes[2].kernel * c.channels;
    const std::size_t scattered = c.output_pixels() * c.axes[0].kernel * c.axes[1].kernel * (c.filters + 4) *
                                  ((row + lanes - 1) / lanes);
    const std::size_t gathered = c.input_pixels() * c.taps() * c.filters * ((c.channels + lanes - 1) / lanes) /
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
                                  C.axes[1].output* C.axes[2].output* C.filters, 0};
    constexpr RowSteps row_steps{C.axes[1].stride * pitch.y, C.axes[2].stride * pitch.x,
                                 C.axes[0].stride* pitch.z, 0};
    constexpr std::size_t whole_row = 0;
    Scalar* const turned = scratch;
    Scalar* const sums = scratch + turned_weights<C>;
    for (std::size_t line = 0; line < lines; ++line)
        turn_block(weights_of_group<C>(w, 0), C.filters, line * columns, columns,
                   turned + line * columns * C.filters, C.filters, 0);

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
                static_cast<const Scalar*>(turned + line * columns * C.filters));
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

} // namespace detail

/// Elements that `convolution_input_gradient` and `transposed_convolution_forward` work with.
constexpr std::size_t convolution_backward_scratch(const Convolution& c) {
    if (detail::scatters_back(c))
        return c.depth() * c.filters + detail::scattered_input(c).size();
    const Frame3 frame = padded_output(c);
    return c.taps() * c.group_filters() * c.channels + (frame.extent != frame.image ? frame.size() : 0);
}

/// dx = derivative(dy ∗ turned w, activated). dx may be the same memory as activated.
template <Convolution C, class Scalar, class Derivative>
void convolution_input_gradient(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx,
                                std::size_t rows, Scalar* scratch, Derivative derivative) noexcept {
    detail::convolve_back<C>(dy, w, static_cast<const Scalar*>(nullptr), dx, rows, scratch,
                             detail::finish_with(derivative, activated, static_cast<const Scalar*>(dx)));
}

/// y = epilogue(what `convolution_input_gradient` makes of x + b): C goes from y to x.
template <Convolution C, bool HasBias, class Scalar, class Epilogue>
void transposed_convolution_forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y,
                                    std::size_t rows, Scalar* scratch, Epilogue epilogue) noexcept {
    detail::convolve_back<C>(x, w, HasBias ? bias : nullptr, y, rows, scratch,
                             detail::finish_with(epilogue));
}

/// dx = derivative(dy ∗ w, activated) of a transposed convolution.
template <Convolution C, class Scalar, class Derivative>
void transposed_convolution_input_gradient(const Scalar* dy, const Scalar* w, const Scalar* activated,
                                           Scalar* dx, std::size_t rows, Scalar* scratch,
                                           Derivative derivative) noexcept {
    detail::convolve<C>(dy, w, static_cast<const Scalar*>(nullptr), dx, rows, scratch,
                        static_cast<const Scalar*>(nullptr),
                        detail::finish_with(derivative, activated, static_cast<const Scalar*>(dx)));
}

} // namespace burin::kernels
