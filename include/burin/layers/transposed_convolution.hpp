#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/convolution.hpp"
#include "burin/layers/convolution_options.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

namespace detail {

/// What the transposed convolutions have in common: they are the input gradient of a convolution that goes
/// from their output to their input.
template <std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>
struct TransposedConvolutionLayer : Op {
    using Settings = ConvolutionOptions<Rank, Kernel, Options...>;
    static constexpr bool has_bias = Settings::has_bias;
    static constexpr std::string_view misuse =
        Filters == 0 ? "expected at least one filter"
        : (Settings::template takes<Options> && ...) &&
                (Settings::windowing.border == Border::valid || Settings::windowing.border == Border::same)
            ? ""
            : "expected options among `Same`, `Valid`, `Stride`, `Dilation` and `NoBias`, those with numbers "
              "with "
              "one, or one for each axis";

    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .accepts_gradient_epilogue = true,
                                     .many_rows = true,
                                     .parameter_gradient = {.input = true}};

    static constexpr Text<64> name() {
        return Settings::name(Rank == 1 ? "Conv1DTranspose" : "Conv2DTranspose", Filters);
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != Rank + 1)
            return {.expected = Settings::expected_input(), .hint = "put `Reshape` before it"};
        Shape shape = image(inputs[0]);
        return {.shape = shape};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const std::size_t channels = inputs[0].last();
        const Fans fans{Settings::taps() * channels, Settings::taps() * Filters};
        ParameterSpec weight{"weight", ParameterRole::weight, Settings::weight_shape(Filters, channels), fans,
                             core::Layout::panels};
        weight.use = WeightUse::transposed;
        const ParameterSpec bias{"bias", ParameterRole::bias, Shape(Filters), fans};
        return has_bias ? ParameterList(weight, bias) : ParameterList(weight);
    }

    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode) {
        const kernels::Convolution convolution = to_input(inputs[0]);
        return {0, kind == StepKind::forward ? kernels::convolution_backward_scratch(convolution)
                                             : kernels::convolution_forward_scratch(convolution)};
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        const kernels::Convolution c = to_input(inputs[0]);
        return c.output_pixels() * c.filters * c.depth();
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const kernels::Convolution c = to_input(inputs[0]);
        return 2 * c.output_pixels() * c.filters * c.depth() + (has_bias ? c.input_pixels() * Filters : 0);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr kernels::Convolution c = to_input(Context::Shapes::inputs[0]);
        kernels::transposed_convolution_forward<c, has_bias>(run.inputs[0], run.parameters,
                                                             bias<c>(run.parameters), run.output, run.rows,
                                                             run.scratch, typename Context::Epilogue{});
    }

    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        constexpr kernels::Convolution c = to_input(Context::Shapes::inputs[0]);
        kernels::convolution_weight_gradient<c, false, Context::adds>(
            run.output_gradient, run.inputs[0], run.gradients, run.gradients, run.rows, run.scratch);
        if constexpr (has_bias)
            kernels::column_sums(run.output_gradient, run.rows * c.input_pixels(), Filters,
                                 bias<c>(run.gradients), Context::adds);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr kernels::Convolution c = to_input(Context::Shapes::inputs[0]);
        kernels::transposed_convolution_input_gradient<c>(run.output_gradient, run.parameters, run.activated,
                                                          run.input_gradient, run.rows, run.scratch,
                                                          typename Context::Derivative{});
    }

    /// The convolution from the output to the input.
    static constexpr kernels::Convolution to_input(const Shape& input) {
        return Settings::convolution(image(input), input.last());
    }

  private:
    static constexpr Shape image(const Shape& input) {
        Shape shape;
        for (std::size_t i = 0; i < Rank; ++i) {
            const std::size_t stride = Settings::windowing.stride[i], reach = Settings::reach()[i];
            const bool is_same = Settings::windowing.border == Border::same;
            shape.push_back(input[i] * stride + (is_same || reach < stride ? 0 : reach - stride));
        }
        shape.push_back(Filters);
        return shape;
    }

    template <kernels::Convolution C, class Scalar>
    static Scalar* bias(Scalar* parameters) noexcept {
        return has_bias ? parameters + C.depth() * C.filters : nullptr;
    }
};

} // namespace detail

/// Transposed convolution over a sequence: every input adds itself, times the kernel, to the outputs that a
/// `Conv1D` of the same options would make it of. It undoes that layer's change of shape: it enlarges.
///
/// | | shape |
/// |---|---|
/// | input | `[steps, channels]` |
/// | output | `[steps · stride, Filters]` with `Same`, longer by max(reach − stride, 0) with `Valid`, the
/// default | | `weight` | `[Kernel, Filters, channels]` | | `bias` | `[Filters]`, not with `NoBias` |
///
/// reach = (Kernel − 1) · dilation + 1. Shapes, padding and weights are Keras's. PyTorch's `padding=p` cuts p
/// elements from both ends of what `Valid` gives; `Same` cuts the odd one from the end. Options: `Same`,
/// `Valid`, `Stride<2>`, `Dilation<2>`, `NoBias`.
template <std::size_t Filters, auto Kernel, class... Options>
struct Conv1DTranspose : detail::TransposedConvolutionLayer<1, Filters, Kernel, Options...> {};

/// Transposed convolution over an image `[height, width, channels]`: as `Conv1DTranspose` along two axes,
/// with `weight` `[kernel height, kernel width, Filters, channels]`.
template <std::size_t Filters, auto Kernel, class... Options>
struct Conv2DTranspose : detail::TransposedConvolutionLayer<2, Filters, Kernel, Options...> {};

} // namespace burin
