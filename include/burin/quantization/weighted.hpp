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

/// Weights by the largest magnitude of each channel, and the scales of the channels.
template <class Order, std::size_t Weights, std::size_t Channels>
void quantize_weights(const TensorView<const float>& from, std::array<std::int8_t, Weights>& to,
                      std::array<float, Channels>& scales) {
    constexpr std::size_t rows = Weights / Channels;
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        float largest = 0;
        for (std::size_t row = 0; row < rows; ++row)
            largest = std::max(largest, std::fabs(from[row * Channels + channel]));
        scales[channel] = weight_scale(largest);
        for (std::size_t row = 0; row < rows; ++row)
            to[Order::place(row, channel, rows, Channels)] =
                quantized_weight(from[row * Channels + channel], scales[channel]);
    }
}

/// What one step of the input's zero point adds to each sum: Σ (x − z) · w = Σ x · w − z · Σ w. Weights are
/// channel-major.
template <std::size_t Channels, std::size_t Weights>
std::array<std::int32_t, Channels> sums_of_weights(const std::array<std::int8_t, Weights>& weight) {
    std::array<std::int32_t, Channels> sums{};
    for (std::size_t i = 0; i < Weights; ++i)
        sums[i / (Weights / Channels)] += weight[i];
    return sums;
}

/// Fills the constants but for the zero point in the bias.
template <class Layer, class Order, class Shapes, std::size_t Weights, std::size_t Channels>
void quantize_weighted(const Int8Source<Shapes>& from, Int8Weighted<Weights, Channels>& to) {
    constexpr ParameterList list = Layer::parameters(Shapes::inputs);
    std::array<float, Channels> scales;
    quantize_weights<Order>(TensorView<const float>(from.parameters, list[0]), to.weight, scales);
    to.input_zero_point = static_cast<std::int8_t>(from.inputs[0].zero_point);
    to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
    to.low = from.low;
    for (std::size_t channel = 0; channel < Channels; ++channel) {
        const double unit = static_cast<double>(from.inputs[0].scale) * static_cast<double>(scales[channel]);
        to.bias[channel] = 0;
        if constexpr (Layer::has_bias)
            to.bias[channel] =
                quantized_bias(static_cast<double>(from.parameters[list.offset(1) + channel]), unit);
        const FixedMultiplier factor = quantize_multiplier(unit / static_cast<double>(from.output.scale));
        to.multipliers[channel] = factor.multiplier;
        to.shifts[channel] = static_cast<std::int8_t>(factor.shift);
    }
}

/// Fills the constants of a layer that is a matrix product; the zero point is taken off the bias.
template <class Layer, class Shapes, std::size_t Weights, std::size_t Channels>
void quantize_product(const Int8Source<Shapes>& from, Int8Weighted<Weights, Channels>& to) {
    quantize_weighted<Layer, ChannelMajor>(from, to);
    const auto sums = sums_of_weights<Channels>(to.weight);
    for (std::size_t channel = 0; channel < Channels; ++channel)
        to.bias[channel] -= to.input_zero_point * sums[channel];
}

} // namespace burin::detail
