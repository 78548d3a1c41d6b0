#pragma once

#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/convolution_patches.hpp"
#include "burin/kernels/convolution_shape.hpp"
#include "burin/kernels/gemm.hpp"
#include "burin/kernels/scattered_product.hpp"
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

/// y = finish(x ∗ w + start). See `convolution_forward`.
template <Convolution C, class Scalar, class Finish>
void convolve(const Scalar* x, const Scalar* w, const Scalar* start, Scalar* y, std::size_t rows,
              Scalar* scratch, const Scalar* context, Finish finish) noexcept {
    using Patches = detail::Patches<C>;
    constexpr Panels panels = kernels::panels<Scalar>(C.group_filters());
    constexpr ColumnKind kind = column_kind(panels, width<Scalar>);
    constexpr std::array<std::size_t, 3> extent{C.axes[0].output, C.axes[1].output, C.axes[2].output};

    ScatteredProduct<Scalar> product;
    product.offsets = Patches::offsets.data();
    product.segments = Patches::count;
    product.length = Patches::length;
    const auto multiply = [&](const Scalar* image, Scalar* result, std::size_t images) {
        for (std::size_t group = 0; group < C.groups; ++group) {
            product.right = weights_of_group<C>(w, group);
            product.result = pixels_of_group<C.filters, C.groups>(result, group);
            product.start = start == nullptr ? nullptr : start + group * C.group_filters();
            const RowCursor<Scalar> cursor(image + group * C.group_channels(), 0, extent, Patches::steps,
                                           {1, C.axes[2].output, C.axes[1].output * C.axes[2].output,
                                            C.output_pixels()});
            multiply_scattered<kind>(cursor, images * C.output_pixels(), panels, product, finish);
        }
    };
    if constexpr (Patches::framed) {
        constexpr std::size_t before = C.axes[2].before * C.channels;
        std::fill_n(scratch, Patches::frame.size(), Scalar(0));
        for (std::size_t row = 0; row < rows; ++row) {
            if (context != nullptr)
                std::copy_n(context + row * before, before, scratch);
            copy_into_frame(Patches::frame, x + row * C.input_pixels() * C.channels, scratch);
            multiply(scratch, y + row * C.output_pixels() * C.filters, 1);
        }
    } else {
        multiply(x, y, rows);
    }
}

} // namespace detail

/// Elements that `convolution_forward` and `convolution_weight_gradient` work with.
constexpr std::size_t convolution_forward_scratch(const Convolution& c) {
    return !c.is_pointwise() && c.needs_padding() ? padded_input(c).size() : 0;
}

/// y = epilogue(x ∗ w + b), with x [rows, input..., channels] and y [rows, output..., filters].
/// `context`, if it is not null, has for each sample what stands where zeros would before it: as many pixels of
/// a line as the last axis has `before`.
template <Convolution C, bool HasBias, class Scalar, class Epilogue>
void convolution_forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows,
                         Scalar* scratch, const Scalar* context, Epilogue epilogue) noexcept {
    if constexpr (C.is_pointwise())
        dense_forward<C.channels, C.filters, HasBias>(x, w, bias, y, rows * C.output_pixels(), epilogue);
    else
        detail::convolve<C>(x, w, HasBias ? bias : nullptr, y, rows, scratch, context,
                            detail::finish_with(epilogue));
}

/// dw (+)= Σ_pixels patchᵀ · dy and db (+)= Σ_pixels dy.
template <Convolution C, bool HasBias, bool Accumulate, class Scalar>
void convolution_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db, std::size_t rows,
                                 Scalar* scratch) noexcept {
    if constexpr (C.is_pointwise()) {
        dense_weight_gradient<C.channels, C.filters, HasBias, Accumulate>(x, dy, dw, db,
                                                                          rows * C.output_pixels());
        return;
    }
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
            detail::multiply_scattered<kind>(cursor, C.depth(), panels, product, detail::Anywhere<StoreSum>{});
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

/// For each class of inputs and each group, a matrix in panels of [taps · filters, channels].
template <Convolution C, class Scalar>
void turn_weights(const Scalar* w, Scalar* turned) noexcept {
    constexpr auto& patches = gradient_patches<C>;
    constexpr std::size_t channels = C.group_channels(), filters = C.group_filters();
    constexpr Panels to_panels = kernels::panels<Scalar>(channels);
    const Panels from_panels = kernels::panels<Scalar>(filters);
    for (const GradientClass& each : patches.classes)
        for (std::size_t group = 0; group < C.groups; ++group) {
            for (std::size_t t = 0; t < each.taps; ++t) {
                const std::size_t tap_row = patches.taps[each.first_tap + t] * channels;
                PanelView<const Scalar> view = weights_of_group<C>(w, group);
                for (std::size_t p = 0; p < from_panels.count(); ++p, view.skip_panels(1)) {
                    const std::size_t columns = from_panels.columns(p);
                    const std::size_t from_row = p < from_panels.full ? view.row : view.last_row;
                    for (std::size_t q = 0; q < to_panels.count(); ++q) {
                        const std::size_t to_columns = to_panels.columns(q);
                        const std::size_t first = to_panels.first_column(q);
                        transpose(to_columns, columns, view.data + (tap_row + first) * from_row, from_row,
                                  turned + first * each.taps * filters +
                                      (t * filters + from_panels.first_column(p)) * to_columns,
                                  to_columns);
                    }
                }
            }
            turned += each.taps * filters * channels;
        }
}

/// dx = finish(start + Σ over the outputs that each input is part of). `make_finish(dx)` gives the function
/// for the images from there on.
template <Convolution C, class Scalar, class Finish>
void convolve_back(const Scalar* dy, const Scalar* w, const Scalar* start, Scalar* dx, std::size_t rows,
                   Scalar* scratch, Finish finish) noexcept {
    using Patches = GradientPatches<C>;
    constexpr auto& patches = gradient_patches<C>;
    constexpr Panels panels = kernels::panels<Scalar>(C.group_channels());
    constexpr ColumnKind kind = column_kind(panels, width<Scalar>);
    constexpr std::size_t x_size = C.input_pixels() * C.channels, y_size = C.output_pixels() * C.filters;
    constexpr Pitches pixel = pitches(C.axes[1].input, C.axes[2].input, 1);
    Scalar* const turned = scratch;
    Scalar* const frame = scratch + turned_weights<C>;
    turn_weights<C>(w, turned);

    const auto multiply = [&](const Scalar* image, Scalar* result, std::size_t images) {
        ScatteredProduct<Scalar> product;
        const Scalar* weights = turned;
        for (const GradientClass& each : patches.classes) {
            product.offsets = patches.offsets.data() + each.first_segment;
            product.segments = each.segments;
            product.length = patches.length(each);
            const std::size_t depth = each.taps * C.group_filters();
            for (std::size_t group = 0; group < C.groups; ++group) {
                product.right = {weights, panels.width, panels.last, panels.width * depth};
                product.result = pixels_of_group<C.channels, C.groups>(result, group);
                product.start = start == nullptr ? nullptr : start + group * C.group_channels();
                const RowCursor<Scalar> cursor(
                    image + group * C.group_filters(), pixel.of(each.first[0], each.first[1], each.first[2]),
                    each.extent, {Patches::pitch.x, Patches::pitch.y, Patches::pitch.z, y_size},
                    {pixel.x * C.axes[2].stride, pixel.y * C.axes[1].stride, pixel.z * C.axes[0].stride,
                     C.input_pixels()});
                multiply_scattered<kind>(cursor, images * each.extent[0] * each.extent[1] * each.extent[2],
                                         panels, product, finish);
                weights += depth * C.group_channels();
            }
        }
    };
    if constexpr (Patches::framed) {
        std::fill_n(frame, Patches::frame.size(), Scalar(0));
        for (std::size_t row = 0; row < rows; ++row) {
            copy_into_frame(Patches::frame, dy + row * y_size, frame);
            multiply(frame, dx + row * x_size, 1);
        }
    } else {
        multiply(dy, dx, rows);
    }
}

} // namespace detail

/// Elements that `convolution_input_gradient` and `transposed_convolution_forward` work with.
constexpr std::size_t convolution_backward_scratch(const Convolution& c) {
    const Frame3 frame = padded_output(c);
    return c.taps() * c.group_filters() * c.channels + (frame.extent != frame.image ? frame.size() : 0);
}

/// dx = derivative(dy ∗ turned w, activated). dx may be the same memory as activated.
template <Convolution C, class Scalar, class Derivative>
void convolution_input_gradient(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx,
                                std::size_t rows, Scalar* scratch, Derivative derivative) noexcept {
    if constexpr (C.is_pointwise())
        dense_input_gradient<C.channels, C.filters>(dy, w, activated, dx, rows * C.output_pixels(), derivative);
    else
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
