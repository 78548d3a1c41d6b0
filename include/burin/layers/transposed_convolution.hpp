#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/convolution.hpp"
#include "burin/layers/convolution_options.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Option of transposed convolutions: so many elements more at the end of what is cut by `Padding`, or of
/// what `Valid` gives: PyTorch's and Keras's output_padding. One number for all axes, or one for each.
template <std::size_t... Elements>
struct OutputPadding {
    static constexpr Text<64> name() {
        Text<64> text;
        detail::append_numbers<Elements...>(text, "OutputPadding");
        return text;
    }
};

namespace detail {

template <class Option, std::size_t Rank>
struct OutputPaddingOf {
    static constexpr bool is_one = false;
    static constexpr std::array<std::size_t, Rank> value{};
};
template <std::size_t... Elements, std::size_t Rank>
struct OutputPaddingOf<OutputPadding<Elements...>, Rank> {
    static constexpr bool is_one = for_rank<Elements...>(Rank);
    static constexpr std::array<std::size_t, Rank> value = [] {
        if constexpr (is_one)
            return for_each_axis_of<Rank, Elements...>();
        else
            return std::array<std::size_t, Rank>{};
    }();
};

/// What the transposed convolutions have in common: they are the input gradient of a convolution that goes
/// from their output to their input.
template <std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>
struct TransposedConvolutionLayer : Op {
    using Settings = ConvolutionOptions<Rank, Kernel, Options...>;
    static constexpr bool has_bias = Settings::has_bias;
    static constexpr bool has_output_padding = (OutputPaddingOf<Options, Rank>::is_one || ...);
    static constexpr bool is_given = Settings::windowing.border == Border::given || has_output_padding;

    static constexpr std::array<std::size_t, Rank> output_padding() {
        std::array<std::size_t, Rank> all{};
        [[maybe_unused]] const auto add = [&](const std::array<std::size_t, Rank>& more) {
            for (std::size_t axis = 0; axis < Rank; ++axis)
                all[axis] += more[axis];
        };
        (add(OutputPaddingOf<Options, Rank>::value), ...);
        return all;
    }
    static constexpr bool is_padded_by_less() {
        for (std::size_t axis = 0; axis < Rank; ++axis)
            if (output_padding()[axis] >=
                std::max(Settings::windowing.stride[axis], Settings::windowing.dilation[axis]))
                return false;
        return true;
    }

    /// Whether no output is made of two steps of the first axis: then it runs on a stream.
    static constexpr bool has_apart_steps() {
        return !is_given && Settings::reach()[0] <= Settings::windowing.stride[0];
    }

    static constexpr std::string_view misuse =
        !Settings::misuse.empty() ? Settings::misuse
        : Filters == 0            ? "expected at least one filter"
        : !((Settings::template takes<Options> || groups_of<Options> > 0 ||
             OutputPaddingOf<Options, Rank>::is_one) &&
            ...) ||
                Settings::windowing.border == Border::causal || Settings::windowing.reaches_beyond
            ? "expected options among `Same`, `Valid`, `Padding`, `OutputPadding`, `Stride`, `Dilation`, "
              "`Groups` and `NoBias`, those with numbers with one, or one for each axis"
        : Filters % Settings::groups != 0 ? "expected groups that divide the filters evenly"
        : has_output_padding && Settings::windowing.border == Border::same
            ? "expected `OutputPadding` with `Padding` or `Valid`: `Same` says how large the output is"
        : !is_padded_by_less() ? "expected less `OutputPadding` than the stride, or the dilation"
                               : "";

    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .accepts_gradient_epilogue = true,
                                     .streams = has_apart_steps(),
                                     .many_rows = true,
                                     .parameter_gradient = {.input = true}};

    static constexpr Text<64> name() {
        return Settings::name(Rank == 1   ? "Conv1DTranspose"
                              : Rank == 2 ? "Conv2DTranspose"
                                          : "Conv3DTranspose",
                              Filters);
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != Rank + 1)
            return {.expected = Settings::expected_input(), .hint = "put `Reshape` before it"};
        if (inputs[0][Rank] % Settings::groups != 0)
            return {.expected = "channels that its groups divide evenly"};
        const Shape shape = image(inputs[0]);
        for (std::size_t axis = 0; axis < Rank; ++axis)
            if (shape[axis] == 0)
                return {.expected = "an image of which its padding leaves something"};
        return {.shape = shape};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const std::size_t channels = inputs[0].last();
        const std::size_t filters = Filters / Settings::groups;
        const Fans fans{Settings::taps() * channels, Settings::taps() * filters};
        ParameterSpec weight{"weight", ParameterRole::weight, Settings::weight_shape(filters, channels), fans,
                             Settings::groups == 1 ? core::Layout::panels : core::Layout::row_major};
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
        kernels::Convolution result = Settings::convolution(image(input), input.last());
        // With output padding it may have a place more: the layer has no input there.
        for (std::size_t axis = 0; axis < Rank; ++axis)
            result.axes[3 - Rank + axis].output = input[axis];
        return result;
    }

  private:
    static constexpr Shape image(const Shape& input) {
        Shape shape;
        for (std::size_t i = 0; i < Rank; ++i) {
            const std::size_t stride = Settings::windowing.stride[i], reach = Settings::reach()[i];
            const bool is_same = Settings::windowing.border == Border::same;
            if (is_given) {
                const std::size_t whole = (input[i] - 1) * stride + reach + output_padding()[i];
                const std::size_t cut = Settings::windowing.padding[i] + Settings::windowing.behind[i];
                shape.push_back(whole > cut ? whole - cut : 0);
            } else {
                shape.push_back(input[i] * stride + (is_same || reach < stride ? 0 : reach - stride));
            }
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
/// | output with `Same` | `[steps · stride, Filters]` |
/// | with `Valid`, the default | longer by max(reach − stride, 0) |
/// | with `Padding` or `OutputPadding` | `[(steps − 1) · stride + reach − 2 · padding + more, Filters]` |
/// | `weight` | `[Kernel, Filters / groups, channels]` |
/// | `bias` | `[Filters]`, not with `NoBias` |
///
/// reach = (Kernel − 1) · dilation + 1. Shapes and weights are Keras's, `Padding<1>`, `OutputPadding<1>` and
/// `Groups<2>` are PyTorch's; `Padding<0>` is PyTorch's layer without padding. `Same` cuts the odd one from
/// the end, and `Padding<1, 2>` one before and two behind. Options: those, `Same`, `Valid`, `Stride<2>`,
/// `Dilation<2>`, `NoBias`. Where reach is no more than the stride it can run on a stream.
template <std::size_t Filters, auto Kernel, class... Options>
struct Conv1DTranspose : detail::TransposedConvolutionLayer<1, Filters, Kernel, Options...> {};

/// Transposed convolution over an image `[height, width, channels]`: as `Conv1DTranspose` along two axes,
/// with `weight` `[kernel height, kernel width, Filters / groups, channels]`.
template <std::size_t Filters, auto Kernel, class... Options>
struct Conv2DTranspose : detail::TransposedConvolutionLayer<2, Filters, Kernel, Options...> {};

/// As `Conv2DTranspose` over `[depth, height, width, channels]`.
template <std::size_t Filters, auto Kernel, class... Options>
struct Conv3DTranspose : detail::TransposedConvolutionLayer<3, Filters, Kernel, Options...> {};

} // namespace burin
