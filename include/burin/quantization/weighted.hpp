#pragma once

#include "burin/graph/layout.hpp"
#include "burin/kernels/int8_product.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::detail {

/// Constants of a layer whose every output channel has a bias and weights with a scale of their own.
template <std::size_t Weights, std::size_t Channels>
struct Int8Weighted {
    std::array<std::int32_t, Channels> bias; ///< In units of the sums: scale of the input · of the weights.
    std::array<std::int32_t, Channels> multipliers; ///< From a sum to an output, with the shifts.
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

    kernels::Int8Outputs outputs() const noexcept {
        return {bias.data(), multipliers.data(), shifts.data(), zero_point, low};
    }
};

/// The bias in units of the sums.
inline std::int32_t quantized_bias(double bias, double unit) noexcept {
    constexpr double limit = INT32_MAX;
    return static_cast<std::int32_t>(std::clamp(std::round(bias / unit), -limit, limit));
}

/// Fills them. The float weight is a matrix of `depth` rows with a column for each channel;
/// `place(row, channel)` is where an element goes.
template <class Layer, class Shapes, std::size_t Weights, std::size_t Channels, class Place>
void quantize_weighted(const Int8Source<Shapes>& from, Int8Weighted<Weights, Channels>& to, Place place) {
    constexpr ParameterList list = Layer::parameters(Shapes::inputs);
    constexpr std::size_t depth = Weights / Channels;
    const TensorView<const float> weight(from.parameters, list[0]);
    to.input_zero_point = static_cast<std::int8_t>(from.inputs[0].zero_point);
    to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
    to.low = from.low;
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        float largest = 0;
        for (std::size_t row = 0; row < depth; ++row)
            largest = std::max(largest, std::fabs(weight[row * Channels + channel]));
        const float scale = weight_scale(largest);
        for (std::size_t row = 0; row < depth; ++row)
            to.weight[place(row, channel)] = quantized_weight(weight[row * Channels + channel], scale);
        const double unit = static_cast<double>(from.inputs[0].scale) * static_cast<double>(scale);
        to.bias[channel] = 0;
        if constexpr (Layer::has_bias)
            to.bias[channel] =
                quantized_bias(static_cast<double>(from.parameters[list.offset(1) + channel]), unit);
        const FixedMultiplier factor = quantize_multiplier(unit / static_cast<double>(from.output.scale));
        to.multipliers[channel] = factor.multiplier;
        to.shifts[channel] = static_cast<std::int8_t>(factor.shift);
    }
}

/// Weights of each channel one after the other. What the input's zero point adds to each sum is taken off
/// the bias: Σ (x − z) · w = Σ x · w − z · Σ w.
template <class Layer, class Shapes, std::size_t Weights, std::size_t Channels>
void quantize_product(const Int8Source<Shapes>& from, Int8Weighted<Weights, Channels>& to) {
    constexpr std::size_t depth = Weights / Channels;
    quantize_weighted<Layer>(from, to,
                             [](std::size_t row, std::size_t channel) { return channel * depth + row; });
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        std::int32_t sum = 0;
        for (std::size_t row = 0; row < depth; ++row)
            sum += to.weight[channel * depth + row];
        to.bias[channel] -= to.input_zero_point * sum;
    }
}

} // namespace burin::detail
