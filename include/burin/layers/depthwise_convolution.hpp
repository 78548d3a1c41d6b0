#pragma once

#include "burin/graph/forms.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/depthwise.hpp"
#include "burin/kernels/depthwise/choose_strips.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/convolution_options.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Option of depthwise convolutions: each channel gives so many outputs.
template <std::size_t Count>
struct DepthMultiplier {
    static_assert(Count > 0, "a channel gives at least one output");
    static constexpr Text<64> name() { return Text<64>("DepthMultiplier<").append(Count).append(">"); }
};

namespace detail {

template <class Option>
inline constexpr std::size_t multiplier_of = 0;
template <std::size_t Count>
inline constexpr std::size_t multiplier_of<DepthMultiplier<Count>> = Count;

} // namespace detail

/// Convolution of each channel by itself: output channel c · m + i is channel c convolved with kernel i of
/// its m = DepthMultiplier.
///
/// | | shape |
/// |---|---|
/// | input | `[height, width, channels]` |
/// | output | `[height', width', channels · m]` |
/// | `weight` | `[kernel height, kernel width, channels, m]` |
/// | `bias` | `[channels · m]`, not with `NoBias` |
///
/// `DepthwiseConv2D<3, Same, Stride<2>>`. Options: those of `Conv2D` but `Groups`, and `DepthMultiplier<2>`
/// (default 1). Default initialisation: Glorot uniform with the fans of one channel (Keras counts all
/// channels as fan-in), zero bias.
template <auto Kernel, class... Options>
struct DepthwiseConv2D : Op {
    using Settings = detail::ConvolutionOptions<2, Kernel, Options...>;
    using Itself = DepthwiseConv2D;
    using WithBias = typename detail::WithoutNoBias<DepthwiseConv2D<Kernel>, Options...>::type;
    static constexpr bool has_bias = Settings::has_bias;
    static constexpr std::size_t multiplier =
        std::max<std::size_t>((detail::multiplier_of<Options> + ... + 0), 1);
    static constexpr std::string_view misuse =
        !Settings::misuse.empty() ? Settings::misuse
        : ((Settings::template takes<Options> || detail::multiplier_of<Options> > 0) && ...) &&
                Settings::windowing.border != detail::Border::causal
            ? ""
            : "expected options among `Same`, `Valid`, `Padding`, `Stride`, `Dilation`, `DepthMultiplier` "
              "and "
              "`NoBias`, those with numbers with one, or one for each axis";

    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .accepts_gradient_epilogue = multiplier == 1,
                                     .streams = Settings::is_unpadded_along_time(),
                                     .many_rows = true,
                                     .parameter_gradient = {.input = true},
                                     .is_linear = true};

    static constexpr Text<64> name() { return Settings::name("DepthwiseConv2D"); }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        const InferredShape problem = Settings::check_input(inputs[0]);
        return problem.fits() ? InferredShape{.shape = Settings::output_shape(of(inputs[0]))} : problem;
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const Fans fans{Settings::taps(), Settings::taps() * multiplier};
        ParameterSpec weight{"weight", ParameterRole::weight,
                             Settings::weight_shape(inputs[0].last(), multiplier), fans};
        weight.use = WeightUse::depthwise;
        const ParameterSpec bias{"bias", ParameterRole::bias, Shape(inputs[0].last() * multiplier), fans};
        return has_bias ? ParameterList(weight, bias) : ParameterList(weight);
    }

    /// The image with each channel `multiplier` times.
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind, Mode) {
        return {0, multiplier == 1 ? 0 : inputs[0].size() * multiplier};
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        const kernels::Convolution c = of(inputs[0]);
        return c.output_pixels() * c.filters * c.taps();
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const kernels::Convolution c = of(inputs[0]);
        return c.output_pixels() * c.filters * (2 * c.taps() + (has_bias ? 1 : 0));
    }

    /// For a layer by pixel behind it. Not with channels repeated, which is done of whole images.
    static constexpr passes::Strip strip(std::span<const Shape> inputs, const Shape&) {
        const kernels::Convolution c = of(inputs[0]);
        const kernels::ConvolutionAxis& y = c.axes[1];
        // Whatever the scalar is: scratch memory depends on it.
        const auto choice = kernels::choose_strips(c, sizeof(float), kernels::this_machine);
        return {multiplier == 1 ? choice.lines : 0, y.stride, y.before, y.reach()};
    }

    template <class Context>
    static void forward_lines(const Context& run, std::size_t sample, std::size_t first,
                              std::size_t count) noexcept {
        constexpr kernels::Convolution c = of(Context::Shapes::inputs[0]);
        kernels::depthwise_forward_lines<c, has_bias>(
            run.inputs[0] + sample * Context::Shapes::inputs[0].size(), run.parameters,
            bias<c>(run.parameters), run.output, first, first + count, typename Context::Epilogue{});
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr kernels::Convolution c = of(Context::Shapes::inputs[0]);
        for_images<c>(run, run.inputs[0], run.output, [&](const auto* x, auto* y, std::size_t rows) {
            kernels::depthwise_forward<c, has_bias>(x, run.parameters, bias<c>(run.parameters), y, rows,
                                                    typename Context::Epilogue{});
        });
    }

    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        constexpr kernels::Convolution c = of(Context::Shapes::inputs[0]);
        if constexpr (multiplier > 1 && !Context::adds)
            std::fill_n(run.gradients, (c.taps() + (has_bias ? 1 : 0)) * c.filters,
                        typename Context::Scalar(0));
        for_images<c>(run, run.inputs[0], run.output_gradient,
                      [&](const auto* x, const auto* dy, std::size_t rows) {
                          kernels::depthwise_weight_gradient<c, has_bias, Context::adds || (multiplier > 1)>(
                              x, dy, run.gradients, bias<c>(run.gradients), rows);
                      });
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr kernels::Convolution c = of(Context::Shapes::inputs[0]);
        if constexpr (multiplier == 1) {
            kernels::depthwise_input_gradient<c>(run.output_gradient, run.parameters, run.activated,
                                                 run.input_gradient, run.rows,
                                                 typename Context::Derivative{});
        } else {
            constexpr std::size_t inputs = Context::Shapes::inputs[0].size();
            constexpr std::size_t outputs = Context::Shapes::output.size();
            for (std::size_t row = 0; row < run.rows; ++row) {
                kernels::depthwise_input_gradient<c>(run.output_gradient + row * outputs, run.parameters,
                                                     run.parameters, run.scratch, 1,
                                                     typename Context::Derivative{});
                kernels::add_repeated_channels<multiplier>(run.scratch, inputs,
                                                           run.input_gradient + row * inputs);
            }
        }
    }

    /// The convolution, with each channel `multiplier` times.
    static constexpr kernels::Convolution of(const Shape& input) {
        kernels::Convolution c = Settings::convolution(input, input[2] * multiplier);
        c.channels = c.filters;
        return c;
    }

  private:
    template <kernels::Convolution C, class Scalar>
    static Scalar* bias(Scalar* parameters) noexcept {
        return has_bias ? parameters + C.taps() * C.filters : nullptr;
    }

    /// Calls f for all images as they are, or one by one with their channels repeated.
    template <kernels::Convolution C, class Context, class Scalar, class Output, class Function>
    static void for_images(const Context& run, const Scalar* x, Output* y, Function f) noexcept {
        if constexpr (multiplier == 1) {
            f(x, y, run.rows);
        } else {
            constexpr std::size_t inputs = Context::Shapes::inputs[0].size();
            for (std::size_t row = 0; row < run.rows; ++row) {
                kernels::repeat_channels<multiplier>(x + row * inputs, inputs, run.scratch);
                f(static_cast<const Scalar*>(run.scratch), y + row * Context::Shapes::output.size(),
                  std::size_t(1));
            }
        }
    }
};

/// A depthwise convolution and a 1 × 1 convolution of what it gives: sees as much as a `Conv2D<Filters,
/// Kernel>` with a fraction of its weights. The depthwise part takes the options and has no bias (its
/// parameters are called `…0.weight`), the 1 × 1 part has one (`…1.weight`, `…1.bias`).
template <std::size_t Filters, auto Kernel, class... Options>
using SeparableConv2D = Sequential<DepthwiseConv2D<Kernel, NoBias, Options...>, Conv2D<Filters, 1>>;

} // namespace burin
