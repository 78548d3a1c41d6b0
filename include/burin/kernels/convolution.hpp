#pragma once

#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/convolution/choose.hpp"
#include "burin/kernels/convolution/convolve.hpp"
#include "burin/kernels/convolution/epilogue.hpp"
#include "burin/kernels/convolution/input_gradient.hpp"
#include "burin/kernels/convolution/patch_product.hpp"
#include "burin/kernels/convolution/patches.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/products.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

// The products of a convolution with its weights, seen as a matrix [taps · channels of a group, filters],
// which lies in panels (see `Panels`); with groups it is row-major. Images and their gradients have channels
// last. How each is computed is a `ConvolutionChoice`.
//
// No patch is copied: the rows of the left matrix are pieces of the image where they lie, and only an image
// that needs zeros around it is copied, once.

namespace detail {

/// y = finish(x ∗ w + start). See `convolution_forward`.
template <Convolution C, class Scalar, class Finish>
void convolve(const Scalar* x, const Scalar* w, const Scalar* start, Scalar* y, std::size_t rows,
              Scalar* scratch, Finish finish) noexcept {
    convolve<C, Direction::to_outputs, convolution_choice<ConvolutionProduct::forward, C, Scalar>>(
        x, [w](const PixelClass&, std::size_t group) { return weights_of_group<C>(w, group); }, start, y,
        rows, scratch, finish);
}

} // namespace detail

/// Elements that `convolution_forward` and `convolution_weight_gradient` work with.
constexpr std::size_t convolution_forward_scratch(const Convolution& c) {
    return c.needs_padding() ? padded_input(c).size() : 0;
}

/// y = epilogue(x ∗ w + b), with x [rows, input..., channels] and y [rows, output..., filters]; or
/// epilogue(x ∗ w + b, summand) where it reads one, which is as y and may be the same memory.
template <Convolution C, bool HasBias, class Scalar, class Epilogue>
void convolution_forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows,
                         Scalar* scratch, Epilogue epilogue, const Scalar* summand = nullptr) noexcept {
    static constexpr ConvolutionChoice choice = convolution_choice<ConvolutionProduct::forward, C, Scalar>;
    if constexpr (choice.way == ConvolutionWay::dense) {
        const auto finish = detail::finish_of_sum(epilogue, summand, static_cast<const Scalar*>(y));
        detail::for_padded_images<detail::Patches<C, detail::Direction::to_outputs>, choice>(
            x, y, C.output_pixels() * C.filters, rows, scratch,
            [&](const Scalar* some, Scalar* result, std::size_t images) {
                dense_forward<C.channels, C.filters, HasBias>(some, w, bias, result,
                                                              images * C.output_pixels(), finish);
            });
    } else if constexpr (detail::reads_summand<Epilogue>) {
        detail::convolve<C>(x, w, HasBias ? bias : nullptr, y, rows, scratch,
                            detail::finish_with(epilogue, summand, static_cast<const Scalar*>(y)));
    } else {
        detail::convolve<C>(x, w, HasBias ? bias : nullptr, y, rows, scratch, detail::finish_with(epilogue));
    }
}

/// dw (+)= Σ_pixels patchᵀ · dy and db (+)= Σ_pixels dy.
template <Convolution C, bool HasBias, bool Accumulate, class Scalar>
void convolution_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db, std::size_t rows,
                                 Scalar* scratch) noexcept {
    using Patches = detail::Patches<C, detail::Direction::to_outputs>;
    static constexpr ConvolutionChoice choice =
        convolution_choice<ConvolutionProduct::weight_gradient, C, Scalar>;
    constexpr Panels panels = kernels::panels<Scalar>(C.group_filters());
    constexpr std::size_t width = C.axes[2].output, line_count = C.axes[0].output * C.axes[1].output;
    constexpr auto& patches = detail::patches_of<C, detail::Direction::to_outputs>;
    constexpr std::size_t segments = patches.classes[0].segments;
    constexpr PatchTiles tiles = with_rows(detail::patch_tiles(choice), C.depth());
    /// Where the patches of the first pixel of each line of outputs begin.
    static constexpr std::array<std::size_t, line_count> line_offsets = [] {
        std::array<std::size_t, line_count> all{};
        for (std::size_t i = 0; i < line_count; ++i)
            all[i] = i / C.axes[1].output * Patches::source_steps.z +
                     i % C.axes[1].output * Patches::source_steps.y;
        return all;
    }();

    PatchProduct<Scalar> product;
    product.length = choice.pixels;
    product.step = Patches::source_steps.x;
    product.image_step = Patches::source_size;
    product.adds = Accumulate;
    const auto multiply = [&](const Scalar* image, const Scalar* gradient) {
        for (std::size_t group = 0; group < C.groups; ++group) {
            product.right = detail::pixels_of_group<C.filters, C.groups>(gradient, group);
            product.result = detail::weights_of_group<C>(dw, group);
            const PatchCursor<Scalar> cursor(image + group * C.group_channels(), patches.offsets.data(),
                                             segments, C.depth() / segments);
            detail::multiply_patches<tiles>(cursor, C.depth(), panels, product, detail::Anywhere<StoreSum>{});
        }
        if constexpr (HasBias)
            column_sums(gradient, product.images * product.segments * product.length, C.filters, db,
                        product.adds);
        product.adds = true;
    };
    detail::for_padded_images<Patches, choice>(
        x, dy, C.output_pixels() * C.filters, rows, scratch,
        [&](const Scalar* image, const Scalar* gradient, [[maybe_unused]] std::size_t images) {
            if constexpr (choice.images > 1)
                product.images = images;
            for (std::size_t line = 0; line < line_count; line += choice.lines) {
                product.offsets = line_offsets.data() + line;
                product.segments = std::min(choice.lines, line_count - line);
                for (std::size_t at = 0; at < width; at += choice.pixels) {
                    if constexpr (choice.pixels < width)
                        product.length = std::min(choice.pixels, width - at);
                    multiply(image + at * product.step, gradient + (line * width + at) * C.filters);
                }
            }
        });
}

/// Elements that `convolution_input_gradient` and `transposed_convolution_forward` work with.
constexpr std::size_t convolution_backward_scratch(const Convolution& c) {
    const std::size_t weights = detail::transposed_weights(c);
    if (detail::sums_patches(c, this_machine))
        return weights + detail::summed_input(c).size();
    const PaddedImage padded = padded_output(c);
    return weights + (padded.is_padded() ? padded.size() : 0);
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
                        detail::finish_with(derivative, activated, static_cast<const Scalar*>(dx)));
}

} // namespace burin::kernels
