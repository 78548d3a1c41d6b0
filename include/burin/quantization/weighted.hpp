#pragma once

#include "burin/core/assert.hpp"
#include "burin/graph/layout.hpp"
#include "burin/kernels/int8/product.hpp"
#include "burin/kernels/int8/quad_product.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace burin::detail {

/// Constants of a layer whose every output channel has a bias and weights with a scale of their own. Where
/// outputs of some phases see a part of the weights each, they have a bias for each phase and channel.
template <std::size_t Weights, std::size_t Channels, std::size_t Phases = 1>
struct Int8Weighted {
    std::array<std::int32_t, Phases * Channels> bias; ///< In units of the sums: both scales multiplied.
    std::array<std::int32_t, Channels> multipliers;   ///< From a sum to an output, with the shifts.
    std::array<std::int8_t, Weights> weight;
    std::array<std::int8_t, Channels> shifts;
    std::int8_t input_zero_point;
    std::int8_t zero_point;
    std::int8_t low;

    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor&& visitor) {
        visitor("bias", self.bias);
        visitor("multipliers", self.multipliers);
        visitor("weight", self.weight);
        visitor("shifts", self.shifts);
        visitor("input_zero_point", self.input_zero_point);
        visitor("zero_point", self.zero_point);
        visitor("low", self.low);
    }

    template <Rounding Way>
    kernels::Int8Outputs<Way> outputs() const noexcept {
        return {bias.data(), multipliers.data(), shifts.data(), zero_point, low};
    }
    template <Rounding Way, class Packed>
    kernels::Int8QuadOutputs<Way> quad_outputs(const Packed& packed) const noexcept {
        return {zero_point, low, packed.has_usual_shifts};
    }
};

/// The same weights where a processor reads them packed: `Form::choice<Shapes>` says whether,
/// `layout<Shapes>` how.
template <class Form, class Shapes,
          bool IsPacked = Form::template choice<Shapes>.way == kernels::Int8Way::quads>
struct Int8PackedWeights {
    using type = quantization::NoConstants;
};
template <class Form, class Shapes>
struct Int8PackedWeights<Form, Shapes, true> {
    using type = kernels::Int8QuadWeights<Form::template layout<Shapes>>;
};

/// The answers of a layer with such constants.
struct Int8WeightedForm : quantization::Int8Form {
    static constexpr bool clamps = true;
    static constexpr bool takes_quantized_weights = true;

    template <class Constants, class Packed>
    static constexpr void pack(const Constants& from, Packed& to) noexcept {
        to.pack(from.weight.data(), from.bias.data(), from.multipliers.data(), from.shifts.data());
    }
};

/// What a bias may be in units of the sums. Of up to 33,025 products (that is 2³⁰ / 2 · 128 · 127) no sum
/// leaves 32 bits with it, whatever the inputs.
inline constexpr double largest_int8_bias = 1 << 30;

/// The bound where a number leaves 32 bits.
constexpr std::int32_t within_32_bits(std::int64_t number) noexcept {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(number, INT32_MIN, INT32_MAX));
}

/// The bias in units of the sums, halves away from 0.
constexpr std::int32_t quantized_bias(double bias, double unit) noexcept {
    const double whole = std::max(-largest_int8_bias, std::min(largest_int8_bias, bias / unit));
    return static_cast<std::int32_t>(whole + (whole < 0 ? -0.5 : 0.5));
}

/// The least scale of a channel's weights with which its bias is within `largest_int8_bias`.
constexpr float least_weight_scale(double bias, double input_scale) noexcept {
    return static_cast<float>((bias < 0 ? -bias : bias) / (input_scale * largest_int8_bias));
}

/// Where an element of a float weight goes, a matrix with a row for each product of a sum and a column for
/// each channel.
struct ChannelMajor {
    static constexpr std::size_t place(std::size_t row, std::size_t channel, std::size_t rows, std::size_t) {
        return channel * rows + row;
    }
};
struct RowMajor {
    static constexpr std::size_t place(std::size_t row, std::size_t channel, std::size_t,
                                       std::size_t channels) {
        return row * channels + channel;
    }
};

/// Weights by the largest magnitude of each channel, and the scales of the channels, which at first are the
/// least that each may be.
template <class Order, std::size_t Weights, std::size_t Channels>
void quantize_weights(const engine::TensorView<const float>& from, std::array<std::int8_t, Weights>& to,
                      std::array<float, Channels>& scales) {
    constexpr std::size_t rows = Weights / Channels;
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        float largest = 0;
        for (std::size_t row = 0; row < rows; ++row)
            largest = std::max(largest, std::fabs(from[row * Channels + channel]));
        scales[channel] = quantization::weight_scale(largest, scales[channel]);
        for (std::size_t row = 0; row < rows; ++row)
            to[Order::place(row, channel, rows, Channels)] =
                quantization::quantized_weight(from[row * Channels + channel], scales[channel]);
    }
}

/// Sums of each channel's weights.
template <class Order, std::size_t Channels, std::size_t Weights>
struct WeightSums {
    std::array<std::int64_t, Channels> plain{};
    std::array<std::int64_t, Channels> magnitudes{};

    explicit WeightSums(const std::array<std::int8_t, Weights>& weight) {
        constexpr std::size_t rows = Weights / Channels;
        for (std::size_t channel = 0; channel < Channels; ++channel)
            for (std::size_t row = 0; row < rows; ++row) {
                const std::int32_t w = weight[Order::place(row, channel, rows, Channels)];
                plain[channel] += w;
                magnitudes[channel] += w < 0 ? -w : w;
            }
    }
};

/// The bias less what the input's zero point z adds to the sums of channel-major weights, so that the
/// products are those of plain 8-bit integers: Σ (x − z) · w = Σ x · w − z · Σ w. And the factors from sums
/// in such units to outputs.
template <class Order, class Shapes, std::size_t Weights, std::size_t Channels>
void set_outputs(const quantization::Int8Source<Shapes>& from, const std::array<double, Channels>& units,
                 Int8Weighted<Weights, Channels>& to) {
    to.input_zero_point = static_cast<std::int8_t>(from.inputs[0].zero_point);
    to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
    to.low = from.low;
    const WeightSums<Order, Channels, Weights> sums(to.weight);
    const std::int64_t taken_off = std::is_same_v<Order, ChannelMajor> ? to.input_zero_point : 0;
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        to.bias[channel] = within_32_bits(to.bias[channel] - taken_off * sums.plain[channel]);
        const double largest = std::fabs(static_cast<double>(to.bias[channel])) +
                               255 * static_cast<double>(sums.magnitudes[channel]);
        const core::FixedMultiplier factor =
            core::quantize_multiplier(from.factor_of(units[channel]), largest);
        to.multipliers[channel] = factor.multiplier;
        to.shifts[channel] = static_cast<std::int8_t>(factor.shift);
    }
}

/// Of what another program stored. A Dense layer with one scale has a unit that is rounded to a float, as for
/// TensorFlow Lite's FULLY_CONNECTED.
template <class Layer, class Order, class Shapes, std::size_t Weights, std::size_t Channels>
void take_weighted(const quantization::Int8Source<Shapes>& from, Int8Weighted<Weights, Channels>& to) {
    const quantization::QuantizedWeights& given = *from.weights;
    BURIN_ASSERT(given.weight.size() == Weights &&
                     (given.scales.size() == Channels || given.scales.size() == 1) &&
                     (given.bias.size() == Channels || given.bias.empty()),
                 "quantized weights have the layer's size");
    to.weight = {};
    to.bias = {};
    std::copy_n(given.weight.begin(), std::min(given.weight.size(), Weights), to.weight.begin());
    std::copy_n(given.bias.begin(), std::min(given.bias.size(), Channels), to.bias.begin());
    const auto scale_of_channel = [&](std::size_t channel) {
        const std::size_t at = given.scales.size() == 1 ? 0 : channel;
        return at < given.scales.size() ? given.scales[at] : 0.0F;
    };
    std::array<double, Channels> units;
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        const float input = from.inputs[0].scale, weight = scale_of_channel(channel);
        units[channel] = Layer::has_float_unit && given.scales.size() == 1
                             ? static_cast<double>(input * weight)
                             : static_cast<double>(input) * static_cast<double>(weight);
    }
    set_outputs<Order>(from, units, to);
}

/// Fills the constants.
///
/// Weights whose magnitudes are so small beside their channel's bias that it would leave the range of
/// `largest_int8_bias` have a larger scale: the bias decides the outputs then.
template <class Layer, class Order, class Shapes, std::size_t Weights, std::size_t Channels>
void quantize_weighted(const quantization::Int8Source<Shapes>& from, Int8Weighted<Weights, Channels>& to) {
    if (from.weights != nullptr)
        return take_weighted<quantization::Int8Layer<Layer>, Order>(from, to);
    constexpr ParameterList list = Layer::parameters(Shapes::inputs);
    const auto input_scale = static_cast<double>(from.inputs[0].scale);
    const auto bias_of = [&](std::size_t channel) {
        if constexpr (Layer::has_bias)
            return static_cast<double>(from.parameters[list.offset(1) + channel]);
        else
            return 0.0;
    };
    std::array<float, Channels> scales;
    for (std::size_t channel = 0; channel < Channels; ++channel)
        scales[channel] = least_weight_scale(bias_of(channel), input_scale);
    quantize_weights<Order>(engine::TensorView<const float>(from.parameters, list[0]), to.weight, scales);
    std::array<double, Channels> units;
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        units[channel] = input_scale * static_cast<double>(scales[channel]);
        to.bias[channel] = quantized_bias(bias_of(channel), units[channel]);
    }
    set_outputs<Order>(from, units, to);
}

} // namespace burin::detail
