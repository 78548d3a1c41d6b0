#pragma once

#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/convolution/back.hpp"
#include "burin/kernels/convolution/finish.hpp"
#include "burin/kernels/convolution/groups.hpp"
#include "burin/kernels/convolution/patches.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/products.hpp"
#include "burin/kernels/products/scattered_product.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

// The products of a convolution with its weights, seen as a matrix [taps · channels of a group, filters],
// which lies in panels (see `Panels`); with groups it is row-major. Images and their gradients have channels
// last.
//
// No patch is copied: the rows of the left matrix are pieces of the image where they lie, and only an image
// that needs zeros around it is copied, once.

namespace detail {

/// So many pixels go into one running sum of a weight gradient, roughly: longer ones are made of such.
inline constexpr std::size_t longest_sum = 1024;

/// Rows of outputs of which a weight gradient is made at a time: as many as keep what is read of both images
/// in the first-level cache, but enough for long sums.
template <Convolution C, class Scalar>
constexpr std::size_t lines_at_a_time() {
    constexpr std::size_t bytes = 24 * 1024, long_sum = 64;
    const std::size_t width = C.axes[2].output;
    const std::size_t line =
        sizeof(Scalar) * (C.axes[1].stride * C.axes[2].padded() * C.channels + width * C.filters);
    const std::size_t most = std::min(bytes / line, longest_sum / width);
    return std::max({most, (long_sum + width - 1) / width, std::size_t(1)});
}

/// Whether the forward product is that of matrices as they are, of a kind that `dense_forward` is better at:
/// it splits the sums of narrow ones, which costs it registers, but knows the extents of small ones.
constexpr bool is_dense(const Convolution& c) {
    const bool is_pointwise =
        c.taps() == 1 && c.groups == 1 && !c.needs_padding() && c.output_pixels() == c.input_pixels();
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

    const auto multiply = [&](const Scalar* image, Scalar* result, std::size_t images,
                              const ClippedRun& lines, const ClippedRun& columns) {
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
/// `context`, if it is not null, has for each sample what stands where zeros would before it: as many pixels
/// of a line as the last axis has `before`.
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
    const auto multiply_part = [&](const Scalar* image, const Scalar* gradient, std::size_t images,
                                   std::size_t first_line, std::size_t count) {
        product.offsets = Patches::lines.data() + first_line;
        product.segments = count;
        product.images = images;
        for (std::size_t group = 0; group < C.groups; ++group) {
            product.right = detail::pixels_of_group<C.filters, C.groups>(gradient, group);
            product.result = detail::weights_of_group<C>(dw, group);
            const RowCursor<Scalar> cursor(image + group * C.group_channels(), Patches::offsets.data(),
                                           Patches::count, Patches::length);
            detail::multiply_scattered<kind, 0>(cursor, C.depth(), panels, product,
                                                detail::Anywhere<StoreSum>{});
        }
        if constexpr (HasBias)
            column_sums(gradient, images * count * product.length, C.filters, db, product.adds);
        product.adds = true;
    };
    const auto multiply = [&](const Scalar* image, const Scalar* gradient, std::size_t images,
                              std::size_t first_line, std::size_t count) {
        if constexpr (C.axes[2].output <= 2 * detail::longest_sum) {
            multiply_part(image, gradient, images, first_line, count);
        } else {
            for (std::size_t at = 0; at < C.axes[2].output; at += product.length) {
                product.length = std::min(detail::longest_sum, C.axes[2].output - at);
                multiply_part(image + at * Patches::step.x, gradient + at * C.filters, 1, first_line, 1);
            }
        }
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

/// Elements that `convolution_input_gradient` and `transposed_convolution_forward` work with.
constexpr std::size_t convolution_backward_scratch(const Convolution& c) {
    if (detail::scatters_back(c))
        return c.depth() * c.filters + detail::scattered_input(c).size();
    const Frame3 frame = padded_output(c);
    return c.taps() * c.group_filters() * c.channels + (frame.extent != frame.image ? frame.size() : 0);
}

/// dx = derivative(dy ∗ transposed w, activated). dx may be the same memory as activated.
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
    detail::convolve_back<C>(x, w, HasBias ? bias : nullptr, y, rows, scratch, detail::finish_with(epilogue));
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
