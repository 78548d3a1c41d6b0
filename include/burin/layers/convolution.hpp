#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/convolution.hpp"
#include "burin/kernels/convolution/stream.hpp"
#include "burin/layers/convolution_options.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

namespace detail {

/// What the convolutions of 1, 2 and 3 axes have in common.
template <std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>
struct ConvolutionLayer : Op {
    using Settings = ConvolutionOptions<Rank, Kernel, Options...>;
    static constexpr bool has_bias = Settings::has_bias;
    static constexpr bool is_causal = Settings::windowing.border == Border::causal;
    /// Whether it keeps the inputs that a piece of a sequence needs itself; else `Past` has them.
    static constexpr bool remembers = Rank == 1 && (is_causal || Settings::kernel[0] == 1);
    static constexpr std::string_view misuse =
        !Settings::misuse.empty() ? Settings::misuse
        : Filters == 0            ? "expected at least one filter"
        : !((Settings::template takes<Options> || groups_of<Options> > 0) && ...)
            ? "expected options among `Same`, `Valid`, `Causal`, `Padding`, `Stride`, `Dilation`, `Groups` "
              "and "
              "`NoBias`, those with numbers with one, or one for each axis"
        : Filters % Settings::groups != 0 ? "expected groups that divide the filters evenly"
        : Rank != 1 && is_causal          ? "expected no `Causal`: images have no future"
                                          : "";

    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .accepts_sum = Filters > 1, // One filter is a dot product.
                                     .accepts_gradient_epilogue = true,
                                     .streams = remembers || Settings::is_unpadded_along_time(),
                                     .many_rows = true,
                                     .by_pixel = Settings::is_pointwise(),
                                     .parameter_gradient = {.input = true},
                                     .is_linear = true};

    static constexpr Text<64> name() {
        return Settings::name(Rank == 1 ? "Conv1D" : Rank == 2 ? "Conv2D" : "Conv3D", Filters);
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        const InferredShape problem = Settings::check_input(inputs[0]);
        return problem.fits() ? InferredShape{.shape = Settings::output_shape(of(inputs[0]))} : problem;
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const std::size_t channels = of(inputs[0]).group_channels();
        const Fans fans{Settings::taps() * channels, Settings::taps() * Filters};
        const ParameterSpec weight{"weight", ParameterRole::weight, Settings::weight_shape(channels, Filters),
                                   fans,
                                   Settings::groups == 1 ? core::Layout::panels : core::Layout::row_major};
        const ParameterSpec bias{"bias", ParameterRole::bias, Shape(Filters), fans};
        return has_bias ? ParameterList(weight, bias) : ParameterList(weight);
    }

    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        const kernels::Convolution convolution = of(inputs[0]);
        if (mode == Mode::streaming && remembers)
            return {0, kernels::stream_scratch(convolution)};
        return {0, kind == StepKind::backward_input ? kernels::convolution_backward_scratch(convolution)
                                                    : kernels::convolution_forward_scratch(convolution)};
    }

    /// The inputs before a piece of a sequence that the kernel reaches, in a ring.
    static constexpr std::size_t state(std::span<const Shape> inputs) {
        return remembers ? kernels::ring_size(of(inputs[0])) : 0;
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        const kernels::Convolution c = of(inputs[0]);
        return c.output_pixels() * Filters * c.depth();
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const kernels::Convolution c = of(inputs[0]);
        return c.output_pixels() * Filters * (2 * c.depth() + (has_bias ? 1 : 0));
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr kernels::Convolution c = of(Context::Shapes::inputs[0]);
        kernels::convolution_forward<c, has_bias>(run.inputs[0], run.parameters, bias<c>(run.parameters),
                                                  run.output, run.rows, run.scratch,
                                                  typename Context::Epilogue{}, run.summand);
    }

    template <class Context>
    static void forward_pixels(const Context& run, std::size_t pixels) noexcept {
        // Each line as an image of one line, so that all lines have one function.
        constexpr kernels::Convolution c = [] {
            kernels::Convolution line = of(Context::Shapes::inputs[0]);
            line.axes[0].input = line.axes[0].output = line.axes[1].input = line.axes[1].output = 1;
            return line;
        }();
        kernels::convolution_forward<c, has_bias>(run.inputs[0], run.parameters, bias<c>(run.parameters),
                                                  run.output, pixels / c.output_pixels(), run.scratch,
                                                  typename Context::Epilogue{}, run.summand);
    }

    template <class Context>
        requires(Context::mode == Mode::streaming && remembers)
    [[gnu::always_inline]] static void forward(const Context& run) noexcept {
        constexpr kernels::Convolution c = of(Context::Shapes::inputs[0]);
        kernels::stream_convolution<c, has_bias>(run.inputs[0], run.parameters, bias<c>(run.parameters),
                                                 run.output, run.rows, run.scratch, run.state,
                                                 typename Context::Epilogue{});
    }

    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        constexpr kernels::Convolution c = of(Context::Shapes::inputs[0]);
        kernels::convolution_weight_gradient<c, has_bias, Context::adds>(
            run.inputs[0], run.output_gradient, run.gradients, bias<c>(run.gradients), run.rows, run.scratch);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr kernels::Convolution c = of(Context::Shapes::inputs[0]);
        kernels::convolution_input_gradient<c>(run.output_gradient, run.parameters, run.activated,
                                               run.input_gradient, run.rows, run.scratch,
                                               typename Context::Derivative{});
    }

    static constexpr kernels::Convolution of(const Shape& input) {
        return Settings::convolution(input, Filters);
    }

  private:
    template <kernels::Convolution C, class Scalar>
    static Scalar* bias(Scalar* parameters) noexcept {
        return has_bias ? parameters + C.depth() * C.filters : nullptr;
    }
};

} // namespace detail

/// Convolution over a sequence: output t is Σ_k x[t · stride + k · dilation − padding] · W[k] + b.
///
/// | | shape |
/// |---|---|
/// | input | `[steps, channels]` |
/// | output | `[steps', Filters]` |
/// | `weight` | `[Kernel, channels / groups, Filters]` |
/// | `bias` | `[Filters]`, not with `NoBias` |
///
/// Options, in any order: `Valid` (the default: no padding), `Same`, `Causal` or `Padding<2>`; `Stride<2>`;
/// `Dilation<2>`; `Groups<4>`; `NoBias`. As Keras's and PyTorch's, it is a cross-correlation: the kernel is
/// not turned. Default initialisation: Glorot uniform, zero bias.
///
/// With `Causal`, an output sees its own and earlier inputs only. It can then be run on a sequence
/// piece by piece (`Streamer`), of as many steps as its stride divides, and remembers the (Kernel − 1) ·
/// dilation inputs before each. Without padding it can behind a `Past`.
template <std::size_t Filters, auto Kernel, class... Options>
struct Conv1D : detail::ConvolutionLayer<1, Filters, Kernel, Options...> {
    using Itself = Conv1D;
    using WithBias = typename detail::WithoutNoBias<Conv1D<Filters, Kernel>, Options...>::type;
};

/// Convolution over an image: as `Conv1D` along two axes.
///
/// | | shape |
/// |---|---|
/// | input | `[height, width, channels]` |
/// | output | `[height', width', Filters]` |
/// | `weight` | `[kernel height, kernel width, channels / groups, Filters]` |
/// | `bias` | `[Filters]`, not with `NoBias` |
///
/// `Conv2D<16, 3, Same>` has a square kernel, `Conv2D<16, Shape{3, 5}>` one of 3 rows and 5 columns. Options:
/// `Valid`, `Same` or `Padding<1, 2>`, `Stride<2>`, `Dilation<1, 2>` (one number, or one for each axis),
/// `Groups<4>`, `NoBias`.
template <std::size_t Filters, auto Kernel, class... Options>
struct Conv2D : detail::ConvolutionLayer<2, Filters, Kernel, Options...> {
    using Itself = Conv2D;
    using WithBias = typename detail::WithoutNoBias<Conv2D<Filters, Kernel>, Options...>::type;
};

/// Convolution over a volume `[depth, height, width, channels]`: as `Conv2D` along three axes.
template <std::size_t Filters, auto Kernel, class... Options>
struct Conv3D : detail::ConvolutionLayer<3, Filters, Kernel, Options...> {
    using Itself = Conv3D;
    using WithBias = typename detail::WithoutNoBias<Conv3D<Filters, Kernel>, Options...>::type;
};

} // namespace burin
