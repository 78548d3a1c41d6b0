#pragma once

#include "burin/kernels/int8/convolution.hpp"
#include "burin/kernels/int8/depthwise.hpp"
#include "burin/kernels/int8/quad_convolution.hpp"
#include "burin/kernels/int8/quad_depthwise.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/quantization/weighted.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin {

namespace detail {

template <class Layer>
struct Int8ConvolutionForm : Int8WeightedForm {
    static constexpr bool has_float_unit = false;

    template <class Shapes>
    static constexpr kernels::Convolution convolution = Layer::of(Shapes::inputs[0]);

    template <class Shapes>
    using Constants =
        Int8Weighted<convolution<Shapes>.depth() * convolution<Shapes>.filters, convolution<Shapes>.filters>;

    template <class Shapes>
    static constexpr kernels::Int8QuadLayout layout =
        kernels::int8_quad_layout(convolution<Shapes>, kernels::this_int8.quads);
    template <class Shapes>
    static constexpr kernels::Int8Choice choice =
        kernels::choose_int8_convolution(convolution<Shapes>, 1, kernels::this_machine);
    template <class Shapes>
    using Packed = typename Int8PackedWeights<Int8ConvolutionForm, Shapes>::type;

    static constexpr Elements scratch(std::span<const Shape> inputs) {
        return {0, kernels::int8_convolution_scratch(Layer::of(inputs[0]))};
    }

    /// The bytes of the steps before a piece that it remembers, and the convolution of these and the piece.
    static constexpr std::size_t remembered_bytes(const kernels::Convolution& c) {
        return Layer::remembers ? kernels::remembered_steps(c) * c.channels : 0;
    }
    static constexpr kernels::Convolution behind_the_past(kernels::Convolution c) {
        c.axes[2].input += kernels::remembered_steps(c);
        c.axes[2].before = 0;
        return c;
    }
    static constexpr std::size_t state(std::span<const Shape> inputs) {
        return remembered_bytes(Layer::of(inputs[0]));
    }
    static constexpr std::int8_t rest(const auto& constants) { return constants.input_zero_point; }
    static constexpr Elements streaming_scratch(std::span<const Shape> inputs) {
        const kernels::Convolution c = Layer::of(inputs[0]);
        if (remembered_bytes(c) == 0)
            return scratch(inputs);
        const kernels::Convolution whole = behind_the_past(c);
        return {0, whole.input_pixels() * whole.channels + kernels::int8_convolution_scratch(whole)};
    }

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        quantize_weighted<Layer, ChannelMajor>(from, to);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr const kernels::Convolution& c = convolution<typename Context::Shapes>;
        constexpr std::size_t remembered = remembered_bytes(c);
        if constexpr (Context::mode == Mode::streaming && remembered > 0) {
            static constexpr kernels::Convolution whole = behind_the_past(c);
            constexpr std::size_t piece = c.input_pixels() * c.channels;
            for (std::size_t row = 0; row < run.rows; ++row) {
                std::int8_t* const state = run.state + row * remembered;
                std::copy_n(run.inputs[0] + row * piece, piece, std::copy_n(state, remembered, run.scratch));
                std::copy_n(run.scratch + piece, remembered, state);
                convolve<whole>(run, run.scratch, 1, run.output + row * c.output_pixels() * c.filters,
                                run.scratch + remembered + piece);
            }
        } else {
            convolve<c>(run, run.inputs[0], run.rows, run.output, run.scratch);
        }
    }

  private:
    template <const kernels::Convolution& c, class Context>
    static void convolve(const Context& run, const std::int8_t* inputs, std::size_t rows, std::int8_t* output,
                         std::int8_t* scratch) noexcept {
        if constexpr (choice<typename Context::Shapes>.way == kernels::Int8Way::quads)
            if (run.packed != nullptr) {
                const auto& packed = *static_cast<const Packed<typename Context::Shapes>*>(run.packed);
                return kernels::int8_quad_convolution<c>(
                    inputs, rows, run.constants->input_zero_point, packed.view(),
                    run.constants->template quad_outputs<Context::rounding>(packed), output);
            }
        constexpr auto choose = [](std::size_t images) {
            return kernels::choose_int8_convolution(c, images, kernels::this_machine, false);
        };
        kernels::with_int8_choice<choose>(rows, [&]<kernels::Int8Choice Choice>() {
            kernels::int8_convolution<Choice>(
                c, inputs, rows, run.constants->input_zero_point, run.constants->weight.data(),
                run.constants->template outputs<Context::rounding>(), output, scratch);
        });
    }
};

/// A depthwise layer's weights where they are packed.
template <class Form, class Shapes>
struct Int8PackedDepthwise {
    static constexpr bool is_packed =
        kernels::choose_int8_depthwise(Form::template convolution<Shapes>, kernels::this_machine).way ==
        kernels::Int8Way::depthwise_quads;
    using type = std::conditional_t<is_packed, kernels::Int8DepthwiseWeights<Form::template layout<Shapes>>,
                                    quantization::NoConstants>;
};

} // namespace detail

template <std::size_t Filters, auto Kernel, class... Options>
struct quantization::Int8Layer<Conv1D<Filters, Kernel, Options...>>
    : detail::Int8ConvolutionForm<Conv1D<Filters, Kernel, Options...>> {};
template <std::size_t Filters, auto Kernel, class... Options>
struct quantization::Int8Layer<Conv2D<Filters, Kernel, Options...>>
    : detail::Int8ConvolutionForm<Conv2D<Filters, Kernel, Options...>> {};
template <std::size_t Filters, auto Kernel, class... Options>
struct quantization::Int8Layer<Conv3D<Filters, Kernel, Options...>>
    : detail::Int8ConvolutionForm<Conv3D<Filters, Kernel, Options...>> {};

template <auto Kernel, class... Options>
struct quantization::Int8Layer<DepthwiseConv2D<Kernel, Options...>> : detail::Int8WeightedForm {
    using Layer = DepthwiseConv2D<Kernel, Options...>;
    static constexpr bool has_float_unit = false;

    template <class Shapes>
    static constexpr kernels::Convolution convolution =
        Layer::Settings::convolution(Shapes::inputs[0], Shapes::output.last());

    template <class Shapes>
    using Constants = detail::Int8Weighted<convolution<Shapes>.taps() * convolution<Shapes>.filters,
                                           convolution<Shapes>.filters>;

    template <class Shapes>
    static constexpr kernels::Int8DepthwiseLayout layout =
        kernels::int8_depthwise_layout(convolution<Shapes>, kernels::this_int8.quads);
    template <class Shapes>
    using Packed = typename detail::Int8PackedDepthwise<Int8Layer, Shapes>::type;

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        detail::quantize_weighted<Layer, detail::RowMajor>(from, to);
    }

    template <class From, class To>
    static constexpr void pack(const From& from, To& to) noexcept {
        to.pack(from.weight.data(), from.input_zero_point, from.bias.data(), from.multipliers.data(),
                from.shifts.data());
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr const kernels::Convolution& c = convolution<typename Context::Shapes>;
        if constexpr (kernels::choose_int8_depthwise(c, kernels::this_machine).way ==
                      kernels::Int8Way::depthwise_quads)
            if (run.packed != nullptr) {
                const auto& packed = *static_cast<const Packed<typename Context::Shapes>*>(run.packed);
                return kernels::int8_quad_depthwise<c>(
                    run.inputs[0], run.rows, run.constants->input_zero_point, packed.view(),
                    run.constants->template quad_outputs<Context::rounding>(packed), run.output);
            }
        constexpr kernels::Int8Choice choice =
            kernels::choose_int8_depthwise(c, kernels::this_machine, false);
        kernels::int8_depthwise<choice>(c, run.inputs[0], run.rows, run.constants->input_zero_point,
                                        run.constants->weight.data(),
                                        run.constants->template outputs<Context::rounding>(), run.output);
    }
};

} // namespace burin
