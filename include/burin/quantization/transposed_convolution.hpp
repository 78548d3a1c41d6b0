#pragma once

#include "burin/kernels/int8/transposed_convolution.hpp"
#include "burin/layers/transposed_convolution.hpp"
#include "burin/quantization/weighted.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace burin {

namespace detail {

/// TensorFlow Lite's TRANSPOSE_CONV.
template <class Layer>
struct Int8TransposedForm : quantization::Int8Form {
    static constexpr bool clamps = true;

    static constexpr bool is_dense() {
        for (const std::size_t dilation : Layer::Settings::windowing.dilation)
            if (dilation != 1)
                return false;
        return Layer::Settings::groups == 1;
    }
    static constexpr bool is_supported = is_dense();
    static constexpr std::string_view hint = "; without Dilation and Groups it has one";

    template <class Shapes>
    static constexpr kernels::Convolution convolution = Layer::to_input(Shapes::inputs[0]);

    template <class Shapes>
    using Constants =
        Int8Weighted<convolution<Shapes>.depth() * convolution<Shapes>.filters, convolution<Shapes>.channels,
                     kernels::int8_phase_count(convolution<Shapes>)>;

    static constexpr Elements scratch(std::span<const Shape> inputs) {
        return {0, kernels::int8_transposed_scratch(Layer::to_input(inputs[0]))};
    }

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        constexpr const kernels::Convolution& c = convolution<Shapes>;
        constexpr std::size_t filters = c.channels;
        constexpr ParameterList list = Layer::parameters(Shapes::inputs);
        const engine::TensorView<const float> weight(from.parameters, list[0]);
        const auto input_scale = static_cast<double>(from.inputs[0].scale);
        const auto bias_of = [&](std::size_t filter) {
            if constexpr (Layer::has_bias)
                return static_cast<double>(from.parameters[list.offset(1) + filter]);
            else
                return 0.0;
        };
        std::array<float, filters> scales{};
        kernels::for_each_int8_transposed_weight(
            c, [&](std::size_t, std::size_t filter, std::size_t at, std::size_t) {
                scales[filter] = std::max(scales[filter], std::fabs(weight[at]));
            });
        for (std::size_t filter = 0; filter < filters; ++filter)
            scales[filter] =
                quantization::weight_scale(scales[filter], least_weight_scale(bias_of(filter), input_scale));
        // The sums of each phase's weights, for what the input's zero point adds.
        std::array<std::int64_t, Constants<Shapes>{}.bias.size()> sums{};
        std::array<std::int64_t, filters> magnitudes{};
        kernels::for_each_int8_transposed_weight(
            c, [&](std::size_t phase, std::size_t filter, std::size_t at, std::size_t place) {
                const std::int8_t stored = quantization::quantized_weight(weight[at], scales[filter]);
                to.weight[place] = stored;
                sums[phase * filters + filter] += stored;
                magnitudes[filter] += stored < 0 ? -stored : stored;
            });
        to.input_zero_point = static_cast<std::int8_t>(from.inputs[0].zero_point);
        to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
        to.low = from.low;
        for (std::size_t filter = 0; filter < filters; ++filter) {
            const double unit = input_scale * static_cast<double>(scales[filter]);
            const std::int32_t bias = quantized_bias(bias_of(filter), unit);
            double largest = 0;
            for (std::size_t phase = 0; phase < kernels::int8_phase_count(c); ++phase) {
                const std::size_t at = phase * filters + filter;
                to.bias[at] = within_32_bits(bias - to.input_zero_point * sums[at]);
                largest = std::max(largest, std::fabs(static_cast<double>(to.bias[at])));
            }
            const core::FixedMultiplier factor = core::quantize_multiplier(
                from.factor_of(unit), largest + 255 * static_cast<double>(magnitudes[filter]));
            to.multipliers[filter] = factor.multiplier;
            to.shifts[filter] = static_cast<std::int8_t>(factor.shift);
        }
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        const auto& to = *run.constants;
        kernels::int8_transposed_convolution<Context::rounding>(
            convolution<typename Context::Shapes>, run.inputs[0], run.rows, to.input_zero_point,
            to.weight.data(), to.template outputs<Context::rounding>(), run.output, run.scratch);
    }
};

} // namespace detail

template <std::size_t Filters, auto Kernel, class... Options>
struct quantization::Int8Layer<Conv1DTranspose<Filters, Kernel, Options...>>
    : detail::Int8TransposedForm<Conv1DTranspose<Filters, Kernel, Options...>> {};
template <std::size_t Filters, auto Kernel, class... Options>
struct quantization::Int8Layer<Conv2DTranspose<Filters, Kernel, Options...>>
    : detail::Int8TransposedForm<Conv2DTranspose<Filters, Kernel, Options...>> {};
template <std::size_t Filters, auto Kernel, class... Options>
struct quantization::Int8Layer<Conv3DTranspose<Filters, Kernel, Options...>>
    : detail::Int8TransposedForm<Conv3DTranspose<Filters, Kernel, Options...>> {};

} // namespace burin
