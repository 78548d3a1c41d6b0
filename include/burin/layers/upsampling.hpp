#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/upsampling.hpp"
#include "burin/layers/window.hpp"

#include <cstddef>
#include <span>
#include <type_traits>

namespace burin {

/// Option of UpSampling2D: new pixels are means of the nearest four, weighted by how near they are.
struct Bilinear {};

namespace detail {

template <std::size_t Rank, auto Factor, class... Options>
struct Upsampler : Op {
    static_assert(is_window_size<Factor, Rank>,
                  "the factor of UpSampling is a number, or a Shape with a number for each axis");
    static_assert(((Rank == 2 && std::is_same_v<Options, Bilinear>) && ...),
                  "UpSampling takes no option but Bilinear, and only UpSampling2D takes it");

    static constexpr bool is_bilinear = sizeof...(Options) > 0;
    static constexpr OpTraits traits{.streams = !is_bilinear, .keeps_range = true};

    static constexpr Text<64> name() {
        Text<64> text("UpSampling");
        text.append(Rank).append("D<");
        append_window_size(text, factors);
        return text.append(is_bilinear ? ", Bilinear>" : ">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != Rank + 1)
            return {.expected = image_of<Rank>, .hint = "channels are the last axis"};
        InferredShape result{.shape = inputs[0]};
        for (std::size_t axis = 0; axis < Rank; ++axis)
            result.shape.extents[axis] *= factors[axis];
        return result;
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return is_bilinear ? 7 * infer_shape(inputs).shape.size() : 0;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr kernels::Upsampling upsampling = of(Context::Shapes::inputs[0]);
        if constexpr (is_bilinear)
            kernels::interpolate<upsampling>(run.inputs[0], run.output, run.rows);
        else
            kernels::repeat_elements<upsampling>(run.inputs[0], run.output, run.rows);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr kernels::Upsampling upsampling = of(Context::Shapes::inputs[0]);
        if constexpr (is_bilinear)
            kernels::interpolate_gradient<upsampling>(run.output_gradient, run.input_gradient, run.rows);
        else
            kernels::repeat_elements_gradient<upsampling>(run.output_gradient, run.input_gradient, run.rows);
    }

  private:
    static constexpr auto factors = for_each_axis<Rank>(Factor);
    static constexpr kernels::Upsampling of(const Shape& image) {
        kernels::Upsampling upsampling{.channels = image.last()};
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            upsampling.extents[3 - Rank + axis] = image[axis];
            upsampling.factors[3 - Rank + axis] = factors[axis];
        }
        return upsampling;
    }
};

} // namespace detail

/// Each element `Factor` times: `[length, channels]` becomes `[Factor · length, channels]`.
template <auto Factor>
struct UpSampling1D : detail::Upsampler<1, Factor> {};

/// Each pixel of `[height, width, channels]` as a square of Factor · Factor pixels, or as a rectangle:
/// `UpSampling2D<Shape{1, 2}>` doubles the width.
///
/// `UpSampling2D<2, Bilinear>` interpolates instead. A pixel's value is that of its middle, and what is
/// beyond the outermost middles is as there: Keras's "bilinear", PyTorch's without align_corners.
template <auto Factor, class... Options>
struct UpSampling2D : detail::Upsampler<2, Factor, Options...> {};

/// As UpSampling2D without options, for `[depth, height, width, channels]`.
template <auto Factor>
struct UpSampling3D : detail::Upsampler<3, Factor> {};

} // namespace burin
